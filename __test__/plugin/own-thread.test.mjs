/** The threads that a session's hooks named, and what is left where they named none. */
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { MINUTE_MS } from "../support/clock.mjs";
import { event, tokenCount, turnContext, writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { makeWorld } from "./support/world.mjs";

const scene = async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const workspacePath = await world.directory("tree");
  const session = (id, rest = {}) => sessionOf({ id, workspacePath, ...rest });
  const project = { name: "app", path: world.root };
  return { world, workspacePath, agent: create(), session, project };
};

const turn = (...usage) => [
  event("task_started", { turn_id: "turn-1" }),
  turnContext("a-model-of-ours"),
  tokenCount(...usage),
  event("task_complete", { turn_id: "turn-1" }),
];

/** What the hook of a session notes; each event `[name, thread, fields]`. */
const note = async (world, id, ...events) => {
  const directory = join(world.aoHome, "codex", "events");
  await mkdir(directory, { recursive: true });
  const lines = events.map(([name, thread, rest = {}], index) =>
    JSON.stringify({ at: Date.now() - 1_000 + index, event: name, ...thread, ...rest }),
  );
  await writeFile(join(directory, `${id}.jsonl`), lines.map((line) => `${line}\n`).join(""));
};

const named = ({ path, threadId }) => ({ thread: threadId, rollout: path });

const idOf = async (agent, session) => (await agent.getSessionInfo(session))?.agentSessionId;

test("two sessions in one directory have the threads that their hooks named, not the newest", async (t) => {
  const { agent, project, session, world, workspacePath } = await scene(t);
  const write = (rest) => writeRollout(world.codexHome, { cwd: workspacePath, ...rest });
  const first = await write({ ageMs: MINUTE_MS, records: turn([1_000_000, 0, 0]) });
  const second = await write({ records: turn([2_000_000, 0, 0]) });
  await note(world, "ao-1", ["UserPromptSubmit", named(first)]);
  await note(world, "ao-2", ["UserPromptSubmit", named(second)]);
  for (const [id, own, tokens] of [
    ["ao-1", first, 1_000_000],
    ["ao-2", second, 2_000_000],
  ]) {
    const info = await agent.getSessionInfo(session(id));
    assert.deepEqual([info.agentSessionId, info.cost.inputTokens], [own.name, tokens]);
    const command = await agent.getRestoreCommand(session(id), project);
    assert.equal(command.endsWith(` ${own.threadId}`), true);
  }
});

test("a session without events of its own never has a thread that another session's hooks named", async (t) => {
  const { agent, session, world, workspacePath } = await scene(t);
  const write = (rest) => writeRollout(world.codexHome, { cwd: workspacePath, ...rest });
  const old = await write({ ageMs: MINUTE_MS });
  const claimed = await write({});
  await note(world, "ao-2", ["UserPromptSubmit", named(claimed)]);
  assert.equal(await idOf(agent, session("ao-1")), old.name);
  await note(world, "ao-3", ["UserPromptSubmit", named(old)]);
  assert.equal(await idOf(agent, session("ao-1")), undefined);
});

test("a session that was launched with hooks has no thread from before", async (t) => {
  const { agent, session, world, workspacePath } = await scene(t);
  await writeRollout(world.codexHome, { cwd: workspacePath });
  await note(world, "ao-1", ["Launch", {}]);
  assert.equal(await idOf(agent, session("ao-1")), undefined);
  const meta = { timestamp: new Date(Date.now() + 1_000).toISOString() };
  const later = await writeRollout(world.codexHome, { cwd: workspacePath, meta });
  assert.equal(await idOf(agent, session("ao-1")), later.name);
});

test("all threads of a session are its cost, each once with its subagents, and the latest is resumed", async (t) => {
  const { agent, project, session, world, workspacePath } = await scene(t);
  const write = (rest) => writeRollout(world.codexHome, { cwd: workspacePath, ...rest });
  const first = await write({ records: turn([1_000_000, 0, 0]) });
  const second = await write({ ageMs: MINUTE_MS, records: turn([2_000_000, 0, 0]) });
  await write({
    meta: {
      source: { subagent: { thread_spawn: { parent_thread_id: first.threadId, depth: 1 } } },
      thread_source: "subagent",
    },
    records: turn([4_000_000, 0, 0]),
  });
  // Somebody else's.
  await write({ records: turn([8_000_000, 0, 0]) });
  await note(
    world,
    "ao-1",
    ["UserPromptSubmit", named(first)],
    ["UserPromptSubmit", named(second)],
    ["Stop", named(first)],
  );
  const { agentSessionId, cost } = await agent.getSessionInfo(session("ao-1"));
  assert.deepEqual(
    { agentSessionId, cost },
    {
      agentSessionId: second.name,
      cost: { inputTokens: 7_000_000, outputTokens: 0, estimatedCostUsd: 17.5 },
    },
  );
  const command = await agent.getRestoreCommand(session("ao-1"), project);
  assert.equal(command.endsWith(` ${second.threadId}`), true);
});

test("a thread whose rollout is gone gives way to the one before it", async (t) => {
  const { agent, project, session, world, workspacePath } = await scene(t);
  const write = (rest) => writeRollout(world.codexHome, { cwd: workspacePath, ...rest });
  const first = await write({});
  const second = await write({});
  await note(
    world,
    "ao-1",
    ["UserPromptSubmit", named(first)],
    ["UserPromptSubmit", named(second)],
  );
  await rm(second.path);
  assert.equal(await idOf(agent, session("ao-1")), first.name);
  const command = await agent.getRestoreCommand(session("ao-1"), project);
  assert.equal(command.endsWith(` ${first.threadId}`), true);
});

test("an id that is given to two sessions of two orchestrators is told apart by their terminals", async (t) => {
  const { agent, session, world, workspacePath } = await scene(t);
  const write = (rest) => writeRollout(world.codexHome, { cwd: workspacePath, ...rest });
  const mine = await write({ ageMs: MINUTE_MS });
  const other = await write({});
  await note(
    world,
    "ao-1",
    ["UserPromptSubmit", named(mine), { runtime: "x-ao-1" }],
    ["UserPromptSubmit", named(other), { runtime: "y-ao-1" }],
  );
  const handle = (id) => ({ runtimeHandle: { id, runtimeName: "tmux", data: {} } });
  assert.equal(await idOf(agent, session("ao-1", handle("x-ao-1"))), mine.name);
  assert.equal(await idOf(agent, session("ao-1", handle("y-ao-1"))), other.name);
});

test("events from before the orchestrator made the session are of an earlier one of its name", async (t) => {
  const { agent, session, world, workspacePath } = await scene(t);
  const before = await writeRollout(world.codexHome, { cwd: workspacePath, ageMs: MINUTE_MS });
  await note(world, "ao-1", ["UserPromptSubmit", named(before)]);
  const createdAt = (ms) => ({ metadata: { createdAt: new Date(Date.now() + ms).toISOString() } });
  assert.equal(await idOf(agent, session("ao-1", createdAt(-10 * MINUTE_MS))), before.name);
  const newer = await writeRollout(world.codexHome, { cwd: workspacePath });
  assert.equal(await idOf(agent, session("ao-1", createdAt(10 * MINUTE_MS))), newer.name);
});

test("an event file that is no such thing is as good as none", async (t) => {
  const { agent, session, world, workspacePath } = await scene(t);
  const own = await writeRollout(world.codexHome, { cwd: workspacePath });
  await world.write("home/.ao/codex/events/ao-1.jsonl", '\0garbage\n{"at":"x"}\n[]\n');
  assert.equal(await idOf(agent, session("ao-1")), own.name);
});
