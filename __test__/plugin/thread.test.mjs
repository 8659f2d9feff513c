import assert from "node:assert/strict";
import { chmod, rename } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { MINUTE_MS } from "../support/clock.mjs";
import { compressRollout } from "../support/compression.mjs";
import { argumentsAfter, flagsOf, settingsOf } from "./support/arguments.mjs";
import { event, tokenCount, turnContext, writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { eventually, withoutWaiting } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;

/** A workspace and what the orchestrator knows of it. */
const scene = async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const workspacePath = await world.directory("tree");
  return { world, workspacePath, agent: create(), session: sessionOf({ workspacePath }) };
};

const project = (world, rest = {}) => ({ name: "app", path: world.root, ...rest });

const turn = (model, ...usage) => [
  event("task_started", { turn_id: "turn-1" }),
  turnContext(model),
  tokenCount(...usage),
  event("task_complete", { turn_id: "turn-1" }),
];

test("a session shows its thread, its model and its cost", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  const { name, threadId } = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: turn("a-model-of-ours", [1_000_000, 0, 100_000]),
  });
  assert.deepEqual(await agent.getSessionInfo(session), {
    summary: "Codex session (a-model-of-ours)",
    summaryIsFallback: true,
    agentSessionId: name,
    metadata: { codexThreadId: threadId, codexModel: "a-model-of-ours" },
    cost: { inputTokens: 1_000_000, outputTokens: 100_000, estimatedCostUsd: 3.5 },
  });
});

test("a session keeps its thread, cost and command when Codex compresses an older thread", async (t) => {
  const { world, agent, session, workspacePath: cwd } = await scene(t);
  const old = await writeRollout(world.codexHome, {
    cwd,
    ageMs: WEEK_MS,
    records: turn("a-model-of-old", [900, 0, 90]),
  });
  const { name, threadId } = await writeRollout(world.codexHome, {
    cwd,
    records: turn("a-model-of-ours", [1_000, 0, 100]),
  });
  const answers = async () => {
    const { agentSessionId, cost } = await agent.getSessionInfo(session);
    const command = await agent.getRestoreCommand(session, project(world));
    return [agentSessionId, cost.inputTokens, cost.outputTokens, command.split(" ").at(-1)];
  };
  assert.deepEqual(await answers(), [name, 1_000, 100, threadId]);
  await compressRollout(old.path);
  assert.deepEqual(await answers(), [name, 1_000, 100, threadId]);
});

test("a thread without a turn has no model and cost nothing", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  const { name, threadId } = await writeRollout(world.codexHome, { cwd: workspacePath });
  assert.deepEqual(await agent.getSessionInfo(session), {
    summary: "Codex session",
    summaryIsFallback: true,
    agentSessionId: name,
    metadata: { codexThreadId: threadId },
    cost: { inputTokens: 0, outputTokens: 0, estimatedCostUsd: 0 },
  });
});

test("the cost of a session is that of its thread with its subagents", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  const parent = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: turn("a-model-of-ours", [1_000_000, 0, 0]),
    ageMs: MINUTE_MS,
  });
  const spawn = { parent_thread_id: parent.threadId, depth: 1 };
  await writeRollout(world.codexHome, {
    cwd: workspacePath,
    meta: { source: { subagent: { thread_spawn: spawn } }, thread_source: "subagent" },
    records: turn("a-model-of-ours", [200_000, 0, 0]),
  });
  const { agentSessionId, cost } = await agent.getSessionInfo(session);
  assert.deepEqual(
    { agentSessionId, cost },
    {
      agentSessionId: parent.name,
      cost: { inputTokens: 1_200_000, outputTokens: 0, estimatedCostUsd: 3 },
    },
  );
});

test("the most recently written thread of the workspace is the session's", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  const old = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    time: "12-00-00",
    ageMs: 5 * MINUTE_MS,
  });
  const newer = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    time: "08-00-00",
    ageMs: MINUTE_MS,
  });
  await writeRollout(world.codexHome, { cwd: world.path("other") });
  assert.equal((await agent.getSessionInfo(session)).agentSessionId, newer.name);
  await writeRollout(world.codexHome, {
    cwd: workspacePath,
    threadId: old.threadId,
    time: "12-00-00",
  });
  assert.equal((await agent.getSessionInfo(session)).agentSessionId, old.name);
});

test("where there is nothing there is null, without a throw", async (t) => {
  const { world, agent, session } = await scene(t);
  const nothing = [
    session,
    { ...session, workspacePath: null },
    { ...session, workspacePath: "/nowhere/at/all" },
  ];
  const answers = [];
  for (const asked of nothing) {
    answers.push(await agent.getSessionInfo(asked));
    answers.push(await agent.getRestoreCommand(asked, project(world)));
  }
  await world.directory("home/.codex/sessions");
  for (const asked of nothing) {
    answers.push(await agent.getSessionInfo(asked));
    answers.push(await agent.getRestoreCommand(asked, project(world)));
  }
  assert.deepEqual(
    answers,
    Array.from({ length: 12 }, () => null),
  );
});

test("a restore resumes the thread with the flags of a launch", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  const { threadId } = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: turn("gpt-5", [10, 0, 1]),
  });
  const agentConfig = { permissions: "suggest", systemPrompt: "Be kind." };
  const command = await agent.getRestoreCommand(session, project(world, { agentConfig }));
  const words = await argumentsAfter(world, command);
  assert.deepEqual(flagsOf(words), [
    "resume",
    "--ask-for-approval",
    "on-request",
    "--sandbox",
    "read-only",
    "--model",
    "gpt-5",
    threadId,
  ]);
  const launch = agent.getLaunchCommand({
    sessionId: "ao-1",
    permissions: "suggest",
    model: "gpt-5",
    projectConfig: project(world, { agentConfig }),
  });
  assert.deepEqual(settingsOf(words), settingsOf(await argumentsAfter(world, launch)));
});

test("the project's model comes before the recorded one, the recorded one before none", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  await writeRollout(world.codexHome, {
    cwd: workspacePath,
    // A long turn: its model stands far from the end of the rollout.
    records: [
      turnContext("recorded"),
      ...Array.from({ length: 400 }, () => [
        "response_item",
        { type: "message", text: "x".repeat(900) },
      ]),
    ],
  });
  const modelFor = async (config) => {
    const words = await argumentsAfter(world, await agent.getRestoreCommand(session, config));
    return words[words.indexOf("--model") + 1];
  };
  assert.equal(await modelFor(project(world)), "recorded");
  assert.equal(
    await modelFor(project(world, { agentConfig: { model: "configured" } })),
    "configured",
  );
});

test("the settings of a worker and of an orchestrator are merged as at launch", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  await writeRollout(world.codexHome, { cwd: workspacePath });
  const config = project(world, {
    agentConfig: { model: "shared", permissions: "suggest", orchestratorModel: "orchestrating" },
    worker: { agentConfig: { permissions: "auto-edit" } },
    orchestrator: { agentConfig: { permissions: "suggest" } },
  });
  const flagsFor = async (asked) =>
    flagsOf(await argumentsAfter(world, await agent.getRestoreCommand(asked, config))).slice(1, -1);
  assert.deepEqual(await flagsFor(session), ["--ask-for-approval", "never", "--model", "shared"]);
  const orchestrator = ["--dangerously-bypass-approvals-and-sandbox", "--model", "orchestrating"];
  assert.deepEqual(await flagsFor({ ...session, id: "app-orchestrator" }), orchestrator);
  assert.deepEqual(
    await flagsFor({ ...session, metadata: { role: "orchestrator" } }),
    orchestrator,
  );
});

test("what has not the form of an id is never put on a command line", async (t) => {
  const { world, agent, session, workspacePath } = await scene(t);
  for (const id of ["--help", "a b", "$(touch pwned)", "../x", "x;y", "é", "-"]) {
    await writeRollout(world.codexHome, {
      cwd: workspacePath,
      threadId: "11111111-2222-4333-8444-555555555555",
      meta: { id },
    });
    assert.equal(await agent.getRestoreCommand(session, project(world)), null, id);
  }
});

test("a Codex that does not know resume starts anew", async (t) => {
  const { world, session, workspacePath } = await scene(t);
  const agent = create();
  await writeRollout(world.codexHome, { cwd: workspacePath });
  await world.codex();
  await world.write("bin/codex.help", "      --ask-for-approval <P>  [possible values: never]\n");
  await rename(world.path("bin/codex"), world.path("bin/codex.new"));
  await rename(world.path("bin/codex.new"), world.path("bin/codex"));
  await chmod(world.path("bin/codex"), 0o755);
  await eventually(
    "the answer of the binary",
    async () => (await agent.getRestoreCommand(session, project(world))) === null,
  );
});

test("a restore does not wait for a binary that hangs", async (t) => {
  const { world, session, workspacePath } = await scene(t);
  const { threadId } = await writeRollout(world.codexHome, { cwd: workspacePath });
  await world.hanging("bin/codex");
  const agent = create();
  const command = await withoutWaiting(() => agent.getRestoreCommand(session, project(world)));
  assert.equal(command.endsWith(` ${threadId}`), true);
});

test("a thread that last ran elsewhere goes on in its session's directory, and Codex asks nobody which is meant", async (t) => {
  const { world, agent, session } = await scene(t);
  const ranIn = (cwd) => ["turn_context", { turn_id: "turn-1", model: "gpt-5", cwd }];
  const placeFor = async ({ cwd, last, workspacePath }) => {
    const { threadId } = await writeRollout(world.codexHome, { cwd, records: [ranIn(last)] });
    const metadata = { ...session.metadata, codexThreadId: threadId };
    const asked = { ...session, metadata, workspacePath };
    const words = await argumentsAfter(world, await agent.getRestoreCommand(asked, project(world)));
    return words.includes("-C") ? words[words.indexOf("-C") + 1] : null;
  };
  const moved = await world.directory("projects/app/worktrees/ao-1");
  const old = world.path("0123-app/worktrees/ao-1");
  assert.deepEqual(
    [
      await placeFor({ cwd: moved, last: moved, workspacePath: moved }),
      await placeFor({ cwd: moved, last: old, workspacePath: moved }),
      await placeFor({ cwd: old, last: old, workspacePath: moved }),
      await placeFor({ cwd: old, last: old, workspacePath: null }),
      await placeFor({ cwd: old, last: old, workspacePath: undefined }),
    ],
    [null, world.root, world.root, world.root, world.root],
  );
});
