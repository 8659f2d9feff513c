import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { after, run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { childOf, pressIn, screenOf } from "./support/screen.mjs";
import { listed, makeStage } from "./support/stage.mjs";

const LIST_LIMIT_MS = 2_000;

const rolloutsOf = async (world) => {
  const names = await readdir(world.codexHome, { recursive: true });
  return names.filter((name) => name.endsWith(".jsonl") && name.startsWith("sessions"));
};

/** What the ledger billed to the turns; titles have a thread of their own, which is written nowhere. */
const billed = ({ entries }) => {
  const turns = entries.filter((entry) => !entry.title);
  const sum = (field) => turns.reduce((total, { usage }) => total + usage[field], 0);
  return { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens") };
};

const metadataOf = async (world, id) => {
  const root = join(world.home, ".agent-orchestrator");
  const names = await readdir(root, { recursive: true });
  const text = await readFile(
    join(
      root,
      names.find((name) => name.endsWith(`sessions/${id}`)),
    ),
    "utf8",
  );
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
};

test("a session is spawned, listed, killed and restored on the same thread with its history", async (t) => {
  const stage = await makeStage(t);
  const { ledger, server, sessions, world } = stage;
  stage.script("work", [after(2_500, run("git checkout -q -b feat/hello")), say("All done.")]);

  const { id, workspacePath } = await sessions.spawn({
    projectId: "app",
    prompt: "Follow script:work now.",
  });
  assert.equal(id, "app-1");
  const [rollout] = await eventually("the rollout", async () => {
    const found = await rolloutsOf(world).catch(() => []);
    return found.length > 0 && found;
  });
  const name = rollout.split("/").at(-1).replace(".jsonl", "");

  const atWork = await eventually("the first turn", async () => {
    const session = await listed(stage, id);
    return session.activity === "active" && session.agentInfo !== null && session;
  });
  assert.equal(atWork.agentInfo.agentSessionId, name);

  const ready = await eventually("the end of the turn", async () => {
    const session = await listed(stage, id);
    return session.activity === "ready" && session;
  });
  assert.equal(ready.tookMs < LIST_LIMIT_MS, true, `list took ${ready.tookMs} ms`);
  const { cost, ...info } = ready.agentInfo;
  assert.deepEqual(info, {
    agentSessionId: name,
    // The name that Codex gave the thread.
    summary: "Do it",
    summaryIsFallback: false,
    metadata: { codexThreadId: name.slice(-36), codexModel: "a-model-of-ours" },
  });
  const { inputTokens, outputTokens, estimatedCostUsd } = cost;
  assert.deepEqual({ inputTokens, outputTokens }, billed(ledger));
  assert.equal(estimatedCostUsd > 0, true);

  const metadata = await metadataOf(world, id);
  assert.deepEqual(
    {
      worktree: metadata.worktree,
      agent: metadata.agent,
      project: metadata.project,
      branch: metadata.branch,
    },
    { worktree: workspacePath, agent: "codex", project: "app", branch: "feat/hello" },
  );

  const threadId = server.threadOf("work");
  await sessions.kill(id);
  const restored = await sessions.restore(id);
  stage.script("more", [say("Still here.")]);
  await eventually("the resumed screen", async () =>
    (await screenOf(restored.runtimeHandle)).includes("All done."),
  );
  await sessions.send(id, "Follow script:more now.");
  await eventually("the second turn", () => stage.requestsOf("more").length === 1);
  assert.equal(server.threadOf("more"), threadId);
  const [request] = stage.requestsOf("more");
  assert.equal(JSON.stringify(request.input).includes("All done."), true);
  assert.deepEqual(await rolloutsOf(world), [rollout]);
  await eventually("the whole bill", async () => {
    const { agentInfo } = await listed(stage, id);
    return agentInfo?.cost.inputTokens === billed(ledger).inputTokens;
  });
  assert.deepEqual(server.surprises, []);
});

test("with permissions suggest Codex starts, and asks before it runs a command", async (t) => {
  const stage = await makeStage(t, { agentConfig: { permissions: "suggest" } });
  const { agent, server, sessions } = stage;
  const escalated = { sandbox_permissions: "require_escalated", justification: "to see" };
  stage.script("ask", [run("touch /dev/null", escalated), say("Thank you.")]);
  const { id, runtimeHandle } = await sessions.spawn({
    projectId: "app",
    prompt: "Follow script:ask now.",
  });
  await eventually(
    "the question",
    async () => agent.detectActivity(await screenOf(runtimeHandle)) === "waiting_input",
    20_000,
  );
  assert.equal((await listed(stage, id)).activity, "waiting_input");
  await pressIn(runtimeHandle, "y");
  await eventually(
    "the answer's effect",
    async () => (await listed(stage, id)).activity === "ready",
  );
  await eventually(
    "the idle pane",
    async () => agent.detectActivity(await screenOf(runtimeHandle)) === "idle",
  );
  assert.deepEqual(server.surprises, []);
});

test("a Codex that is killed has exited, and is restored on its thread", async (t) => {
  const stage = await makeStage(t);
  const { agent, server, sessions } = stage;
  stage.script("work", [after(6_000, say())]);
  const spawned = await sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
  await eventually("the turn", async () => (await listed(stage, spawned.id)).activity === "active");
  const threadId = await eventually("the first request", () => server.threadOf("work"));
  process.kill(await childOf(spawned.runtimeHandle), "SIGKILL");
  await eventually(
    "the end of Codex",
    async () => !(await agent.isProcessRunning(spawned.runtimeHandle)),
  );
  assert.equal((await listed(stage, spawned.id)).activity, "exited");
  const restored = await sessions.restore(spawned.id);
  await eventually("the resumed Codex", () => agent.isProcessRunning(restored.runtimeHandle));
  stage.script("more", [say("Back.")]);
  await eventually("its prompt", async () =>
    (await screenOf(restored.runtimeHandle)).includes("›"),
  );
  await sessions.send(spawned.id, "Follow script:more now.");
  await eventually("the next turn", () => server.threadOf("more"));
  assert.equal(server.threadOf("more"), threadId);
});

test("the orchestrator's own session has its instructions and may do everything, also after a restore", async (t) => {
  const stage = await makeStage(t, { agentConfig: { permissions: "suggest" } });
  const { agent, server, sessions } = stage;
  const systemPrompt = `You lead.\n${"Say 'yes'.\n".repeat(300)}`;
  stage.script("lead", [run("touch led"), say("Led.")]);
  const spawned = await sessions.spawnOrchestrator({ projectId: "app", systemPrompt });
  await eventually("its prompt", async () => (await screenOf(spawned.runtimeHandle)).includes("›"));
  await sessions.send(spawned.id, "Follow script:lead now.");
  const request = await eventually("its turn", () => stage.requestsOf("lead")[0]);
  assert.equal(JSON.stringify(request.body).includes("You lead."), true);
  await eventually(
    "the end of the turn",
    async () => (await listed(stage, spawned.id)).activity === "ready",
  );

  process.kill(await childOf(spawned.runtimeHandle), "SIGKILL");
  await eventually(
    "the end of Codex",
    async () => !(await agent.isProcessRunning(spawned.runtimeHandle)),
  );
  const restored = await sessions.restore(spawned.id);
  await eventually("the resumed screen", async () =>
    (await screenOf(restored.runtimeHandle)).includes("Led."),
  );
  stage.script("again", [run("touch again"), say("Again.")]);
  await sessions.send(spawned.id, "Follow script:again now.");
  await eventually("the next turn", () => stage.requestsOf("again").length === 2);
  assert.equal(server.threadOf("again"), server.threadOf("lead"));
  const [next] = stage.requestsOf("again");
  assert.equal(JSON.stringify(next.body).includes("You lead."), true);
  assert.deepEqual(server.surprises, []);
});
