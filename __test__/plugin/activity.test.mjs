import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { MINUTE_MS } from "../support/clock.mjs";
import { event, turnContext, writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const run = promisify(execFile);

/** A workspace with a running Codex in the tmux session `ao-1`. */
const running = async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const workspacePath = await world.directory("work tree");
  await run("tmux", ["-f", "/dev/null", "new-session", "-d", "-s", "ao-1", `${codex} 600`]);
  const agent = create();
  const session = sessionOf({ workspacePath });
  await eventually("the start", () => agent.isProcessRunning(session.runtimeHandle));
  return { world, agent, session, workspacePath };
};

const started = event("task_started", { turn_id: "turn-1" });
const finished = event("task_complete", { turn_id: "turn-1", last_agent_message: "Done." });
const aborted = event("turn_aborted", { turn_id: "turn-1", reason: "interrupted" });
const failed = event("error", { message: "stream disconnected" });
const working = ["response_item", { type: "reasoning", summary: [] }];

const STATES = [
  ["a turn that runs is active", [started, working], 0, "active"],
  [
    "a turn that has been running without a word for an hour is active",
    [started, working],
    60,
    "active",
  ],
  ["a turn that has just finished is ready", [started, working, finished], 0, "ready"],
  ["a turn that finished long ago is idle", [started, working, finished], 6, "idle"],
  ["an interrupted turn is ready", [started, working, aborted], 0, "ready"],
  ["an interrupted turn is idle after the threshold", [started, working, aborted], 6, "idle"],
  ["a new turn after a finished one is active", [started, finished, started], 10, "active"],
  ["a turn that an error ended is blocked", [started, failed, finished], 0, "blocked"],
  ["a turn that an error ended stays blocked", [started, failed, finished], 60, "blocked"],
];

for (const [sentence, records, minutes, state] of STATES) {
  test(sentence, async (t) => {
    const { world, agent, session, workspacePath } = await running(t);
    const age = minutes * MINUTE_MS;
    const earliest = Date.now() - age;
    await writeRollout(world.codexHome, {
      cwd: workspacePath,
      records: [...records.slice(0, 1), turnContext("gpt-5"), ...records.slice(1)],
      ageMs: age,
    });
    const latest = Date.now() - age;
    const detected = await agent.getActivityState(session);
    assert.equal(detected.state, state);
    const at = detected.timestamp.getTime();
    assert.equal(earliest <= at && at <= latest, true, `${earliest} ${at} ${latest}`);
  });
}

test("a thread without a turn is ready, then idle", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const { threadId } = await writeRollout(world.codexHome, { cwd: workspacePath });
  assert.equal((await agent.getActivityState(session)).state, "ready");
  await writeRollout(world.codexHome, { cwd: workspacePath, threadId, ageMs: 6 * MINUTE_MS });
  assert.equal((await agent.getActivityState(session)).state, "idle");
});

test("the threshold between ready and idle is the orchestrator's", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: [started, finished],
    ageMs: MINUTE_MS,
  });
  assert.equal((await agent.getActivityState(session, 30_000)).state, "idle");
  assert.equal((await agent.getActivityState(session, 90_000)).state, "ready");
});

test("a file that was only touched does not make a finished turn younger", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const { path } = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: [started, finished],
    ageMs: 60 * MINUTE_MS,
  });
  await utimes(path, new Date(), new Date());
  assert.equal((await agent.getActivityState(session)).state, "idle");
});

test("a session without a process has exited, whatever its records say", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  await writeRollout(world.codexHome, { cwd: workspacePath, records: [started] });
  await run("tmux", ["kill-session", "-t", "=ao-1"]);
  await eventually(
    "the end",
    async () => (await agent.getActivityState(session))?.state === "exited",
  );
  assert.equal((await agent.getActivityState({ ...session, runtimeHandle: null })).state, "exited");
});

test("the first rollout of a session is seen by the next call", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  assert.equal(await agent.getActivityState(session), null);
  assert.equal(await agent.getSessionInfo(session), null);
  await writeRollout(world.codexHome, { cwd: workspacePath, records: [started] });
  assert.equal((await agent.getActivityState(session)).state, "active");
  assert.notEqual(await agent.getSessionInfo(session), null);
});

test("a record that is appended is seen by the next call", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const { path } = await writeRollout(world.codexHome, { cwd: workspacePath, records: [started] });
  assert.equal((await agent.getActivityState(session)).state, "active");
  const timestamp = new Date().toISOString();
  const half = JSON.stringify({ timestamp, type: "event_msg", payload: { type: "task_complete" } });
  await appendFile(path, half.slice(0, -5));
  assert.equal((await agent.getActivityState(session)).state, "active");
  await appendFile(path, `${half.slice(-5)}\n`);
  assert.equal((await agent.getActivityState(session)).state, "ready");
});

test("CODEX_HOME and the codexHome option are respected", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const elsewhere = await world.directory("elsewhere");
  await writeRollout(elsewhere, { cwd: workspacePath, records: [started] });
  assert.equal(await agent.getActivityState(session), null);
  assert.equal((await create({ codexHome: elsewhere }).getActivityState(session)).state, "active");
  process.env.CODEX_HOME = elsewhere;
  assert.equal((await create().getActivityState(session)).state, "active");
});

test("a workspace reached through a link or with a trailing slash is the same", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  await writeRollout(world.codexHome, { cwd: workspacePath, records: [started] });
  await symlink(workspacePath, world.path("link"));
  for (const spelled of [
    `${workspacePath}/`,
    world.path("link"),
    `${world.root}/./work tree/../work tree`,
  ]) {
    const detected = await agent.getActivityState({ ...session, workspacePath: spelled });
    assert.equal(detected?.state, "active", spelled);
  }
});

test("a session_meta longer than 4 KB is read, with cwd under payload or beside the type", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const base_instructions = { text: "x".repeat(22_000) };
  const { path } = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    meta: { base_instructions },
    records: [started],
  });
  assert.equal((await agent.getActivityState(session)).state, "active");

  const timestamp = new Date().toISOString();
  const flat = { type: "session_meta", cwd: workspacePath, base_instructions };
  const [type, payload] = finished;
  await writeFile(
    path,
    `${JSON.stringify(flat)}\n${JSON.stringify({ timestamp, type, payload })}\n`,
  );
  assert.equal((await agent.getActivityState(session)).state, "ready");
});

test("a subagent's newer rollout does not become the session", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const parent = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: [started],
    ageMs: MINUTE_MS,
  });
  const spawn = { parent_thread_id: parent.threadId, depth: 1, agent_nickname: "Ada" };
  await writeRollout(world.codexHome, {
    cwd: workspacePath,
    meta: { source: { subagent: { thread_spawn: spawn } }, thread_source: "subagent" },
    records: [started, finished],
  });
  assert.equal((await agent.getActivityState(session)).state, "active");
  assert.equal((await agent.getSessionInfo(session)).agentSessionId, parent.name);
});

test("a session without a workspace has no state but whether it runs", async (t) => {
  const { agent, session } = await running(t);
  assert.equal(await agent.getActivityState({ ...session, workspacePath: null }), null);
});

test("a question that was seen on the screen is the state of a running turn, until a record follows", async (t) => {
  const { world, agent, session, workspacePath } = await running(t);
  const { path } = await writeRollout(world.codexHome, { cwd: workspacePath, records: [started] });
  await agent.recordActivity(session, "Would you like to run the following command?\n› 1. Yes");
  assert.equal((await agent.getActivityState(session)).state, "waiting_input");
  assert.equal((await create().getActivityState(session)).state, "waiting_input");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const timestamp = new Date().toISOString();
  const [type, payload] = working;
  await appendFile(path, `${JSON.stringify({ timestamp, type, payload })}\n`);
  assert.equal((await agent.getActivityState(session)).state, "active");
  await agent.recordActivity(session, "Would you like to run the following command?\n› 1. Yes");
  await agent.recordActivity(session, "• Working (1s • esc to interrupt)");
  assert.equal((await agent.getActivityState(session)).state, "active");
});

test("a screen that cannot be noted stops nothing", async (t) => {
  const { world, agent, session } = await running(t);
  await mkdir(world.home, { recursive: true });
  await world.write("home/.ao", "a file where a directory should be");
  await agent.recordActivity(session, "approval required");
});
