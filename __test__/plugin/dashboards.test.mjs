/** What reaches a dashboard that has no plugin of ours: the activity log of the workspace. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { event, writeRollout } from "./support/rollout.mjs";
import { saidDuring } from "./support/said.mjs";
import { sessionOf } from "./support/session.mjs";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const run = promisify(execFile);

/** A work tree with a running Codex in the tmux session `ao-1`, whose thread has these records. */
const running = async (t, records) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const workspacePath = await world.directory("tree");
  await world.git("init", "-q", workspacePath);
  await run("tmux", ["-f", "/dev/null", "new-session", "-d", "-s", "ao-1", `${codex} 600`]);
  const agent = create({ agentsSection: false });
  const session = sessionOf({ workspacePath });
  await eventually("the start", () => agent.isProcessRunning(session.runtimeHandle));
  const { path } = await writeRollout(world.codexHome, { cwd: workspacePath, records });
  const stateOf = async (by = agent) => (await by.getActivityState(session)).state;
  return { world, agent, session, workspacePath, path, stateOf };
};

const logOf = (workspacePath) => join(workspacePath, ".ao/activity.jsonl");

const BEGAN = new Date();

/** Its lines without their times, which are of this run. */
const noted = async (workspacePath) => {
  const lines = (await readFile(logOf(workspacePath), "utf8")).trimEnd().split("\n");
  return lines.map((line) => {
    const { ts, ...rest } = JSON.parse(line);
    assert.equal(BEGAN <= new Date(ts) && new Date(ts) <= new Date(), true, ts);
    return rest;
  });
};

const started = event("task_started", { turn_id: "turn-1" });
const again = event("task_started", { turn_id: "turn-2" });
const failed = event("task_complete", {
  turn_id: "turn-1",
  last_agent_message: null,
  error: { message: "You’ve hit your usage limit.", codex_error_info: "usage_limit_exceeded" },
});
const done = event("task_complete", { turn_id: "turn-1", last_agent_message: "Done." });
const RESETS_AT = 1_795_858_094;
const full = event("token_count", {
  info: null,
  rate_limits: { primary: { used_percent: 100, window_minutes: 300, resets_at: RESETS_AT } },
});

const append = (path, [type, payload]) =>
  appendFile(path, `${JSON.stringify({ timestamp: new Date().toISOString(), type, payload })}\n`);

const BLOCKED =
  "an error ended the last turn: You’ve hit your usage limit.; the limit is reset at 2026-11-28T09:28:14.000Z";

test("a session that is blocked, and is no more, is told once each, and git sees nothing of it", async (t) => {
  const { world, workspacePath, path, stateOf } = await running(t, [started, full, failed]);
  for (let look = 0; look < 3; look += 1) assert.equal(await stateOf(), "blocked");
  const ours = { source: "hook", plugin: "@ao/plugin-codex" };
  const blocked = { state: "blocked", ...ours, trigger: BLOCKED };
  assert.deepEqual(await noted(workspacePath), [blocked]);

  await append(path, again);
  assert.equal(await stateOf(), "active");
  assert.equal(await stateOf(create()), "active");
  assert.deepEqual(await noted(workspacePath), [blocked, { state: "active", ...ours }]);
  assert.equal(await world.git("-C", workspacePath, "status", "--porcelain"), "");
  assert.equal((await stat(logOf(workspacePath))).mode & 0o777, 0o600);
});

test("a question is told, and what was told is no evidence of our own", async (t) => {
  const { agent, session, workspacePath, path, stateOf } = await running(t, [started]);
  await agent.recordActivity(session, "Would you like to run the following command?\n› 1. Yes");
  assert.equal(await stateOf(), "waiting_input");
  await agent.recordActivity(session, "• Working (1s • esc to interrupt)");
  assert.equal(await stateOf(), "active");
  assert.deepEqual(
    (await noted(workspacePath)).map(({ state }) => state),
    ["waiting_input", "active"],
  );
  await append(path, done);
  assert.equal(await stateOf(), "ready");
  assert.equal((await noted(workspacePath)).length, 2);
});

test("another program's word in the log is evidence, whatever its source says", async (t) => {
  const { workspacePath, stateOf } = await running(t, [started]);
  assert.equal(await stateOf(), "active");
  await mkdir(join(workspacePath, ".ao"));
  const entry = { ts: new Date(Date.now() + 1_000), state: "waiting_input", source: "hook" };
  for (const [more, expected] of [
    [{ plugin: "@ao/plugin-codex" }, "active"],
    [{}, "waiting_input"],
  ]) {
    await appendFile(logOf(workspacePath), `${JSON.stringify({ ...entry, ...more })}\n`);
    assert.equal(await stateOf(), expected);
  }
});

test("while nobody has to act nothing is written into the workspace", async (t) => {
  const { workspacePath, stateOf } = await running(t, [started, done]);
  assert.equal(await stateOf(), "ready");
  assert.deepEqual(await readdir(workspacePath), [".git"]);
});

test("a need that goes on is told again before a dashboard takes it for old", async (t) => {
  const { workspacePath, stateOf } = await running(t, [started, failed]);
  const ts = new Date(Date.now() - 4 * 60_000).toISOString();
  await mkdir(join(workspacePath, ".ao"));
  const line = `${JSON.stringify({ ts, state: "blocked", source: "hook" })}\n`;
  await appendFile(logOf(workspacePath), line);
  assert.equal(await stateOf(), "blocked");
  const text = await readFile(logOf(workspacePath), "utf8");
  assert.deepEqual([text.startsWith(line), text.trimEnd().split("\n").length], [true, 2]);
});

test("what an agent has put in the log's place is not followed, and the state is told all the same", async (t) => {
  const { world, workspacePath, stateOf } = await running(t, [started, failed]);
  const elsewhere = await world.directory("elsewhere");
  const victim = await world.write("elsewhere/activity.jsonl", "mine\n");
  await symlink(elsewhere, join(workspacePath, ".ao"));
  assert.equal(await stateOf(), "blocked");
  assert.equal(await readFile(victim, "utf8"), "mine\n");
  assert.deepEqual(await readdir(elsewhere), ["activity.jsonl"]);
});

test("a launch begins the log anew, and a workspace that is not there is said in one line", async (t) => {
  const { world, agent, workspacePath, stateOf } = await running(t, [started, failed]);
  assert.equal(await stateOf(), "blocked");
  await agent.preLaunchSetup(workspacePath);
  assert.equal(await readFile(logOf(workspacePath), "utf8"), "");
  assert.equal(await world.git("-C", workspacePath, "status", "--porcelain"), "");
  const lines = await saidDuring(t, () => agent.preLaunchSetup(world.path("gone")));
  assert.deepEqual(
    lines.map((line) => line.startsWith("ao-codex: cannot begin the activity log of ")),
    [true],
  );
});
