import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { event, writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { makeWorld } from "./support/world.mjs";

const said = (message) => event("user_message", { message });

const item = (text) => [
  "response_item",
  { type: "message", role: "user", content: [{ type: "input_text", text }] },
];

const HOST =
  "You are an AI coding agent managed by the Agent Orchestrator (ao).\n\n## Git Workflow\n- x";

const summaryOf = async (t, records, { index } = {}) => {
  const world = await makeWorld(t);
  const workspacePath = await world.directory("tree");
  const { threadId } = await writeRollout(world.codexHome, { cwd: workspacePath, records });
  if (index !== undefined) await world.write("home/.codex/session_index.jsonl", index(threadId));
  const info = await create().getSessionInfo(sessionOf({ workspacePath }));
  return [info.summary, info.summaryIsFallback];
};

const PROMPTS = {
  "the first line of a prompt": [[said("\n  Fix the login page\nand more")], "Fix the login page"],
  "no more than a column of it": [[said("word ".repeat(60))], `${"word ".repeat(15)}word…`],
  "signs and not control characters": [[said("a\u001b[31m b\u202e c")], "a [31m b c"],
  "the prompt behind what Codex says of the place": [
    [item("# AGENTS.md instructions for /x"), item("<environment_context>x"), item("Do it")],
    "Do it",
  ],
  "the person's words behind the orchestrator's": [
    [said(`${HOST}\n\n## Project Rules\nBe kind.\n\n## Additional Instructions\nFix the cart`)],
    "Fix the cart",
  ],
  "the task where the orchestrator's prompt has no other words": [
    [said(`${HOST}\n\n## Task\nWork on issue 7`)],
    "Work on issue 7",
  ],
};

for (const [what, [records, expected]] of Object.entries(PROMPTS)) {
  test(`a session is summed up by ${what}`, async (t) => {
    assert.deepEqual(await summaryOf(t, records), [expected, false]);
  });
}

test("a session is summed up by the last name that its thread was given", async (t) => {
  const index = (id) =>
    [
      { id, thread_name: "First" },
      { id: "another", thread_name: "Other" },
      { id, thread_name: "Cart totals" },
      "torn",
    ]
      .map((line) => JSON.stringify(line))
      .join("\n");
  assert.deepEqual(await summaryOf(t, [said("Fix it")], { index }), ["Cart totals", false]);
});

test("a prompt of the orchestrator's alone sums nothing up", async (t) => {
  assert.deepEqual(await summaryOf(t, [said(HOST)]), ["Codex session", true]);
});

test("a session without a workspace has no thread, and nothing throws", async (t) => {
  await makeWorld(t);
  const agent = create();
  for (const workspacePath of [null, undefined]) {
    assert.equal(await agent.getSessionInfo(sessionOf({ workspacePath })), null);
  }
});

test("the thread that the orchestrator recorded is the session's, wherever its workspace is", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const workspacePath = await world.directory("tree");
  const recorded = await writeRollout(world.codexHome, { cwd: "/somewhere/else", ageMs: 60_000 });
  const newest = await writeRollout(world.codexHome, { cwd: workspacePath });
  const subagent = await writeRollout(world.codexHome, {
    cwd: "/somewhere/else",
    meta: { source: { subagent: { thread_spawn: { parent_thread_id: recorded.threadId } } } },
  });
  const agent = create();
  const resumed = async (place, codexThreadId) => {
    const session = sessionOf({ workspacePath: place, metadata: { codexThreadId } });
    const command = await agent.getRestoreCommand(session, { name: "app", path: world.root });
    return command?.split(" ").at(-1) ?? null;
  };
  assert.deepEqual(
    [
      await resumed(workspacePath, recorded.threadId),
      await resumed(null, recorded.threadId),
      await resumed(workspacePath, "$(touch pwned)"),
      await resumed(workspacePath, "0199e1c1-1318-74df-820c-55c197d58a17"),
      await resumed(workspacePath, subagent.threadId),
      await resumed(null, "gone"),
    ],
    [recorded.threadId, recorded.threadId, newest.threadId, newest.threadId, newest.threadId, null],
  );
});
