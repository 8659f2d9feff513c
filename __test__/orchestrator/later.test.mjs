/** The later line of the orchestrator with the real Codex: from a spawn to a restore, and what its dashboard sees. */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { after, refuse, run, say } from "../codex/steps.mjs";
import { atomically } from "./support/migrate.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { seenByDashboard } from "./support/later-host.mjs";
import { goesOn, laterStage, TURN_MS } from "./support/later-stage.mjs";
import { pressIn, screenOf } from "./support/screen.mjs";
import { MODEL } from "./support/stage.mjs";

const rolloutsIn = async (codexHome) => {
  const names = await readdir(codexHome, { recursive: true });
  return names
    .filter((name) => /^sessions.*\.jsonl$/.test(name))
    .map((name) => join(codexHome, name));
};

test("a session is spawned, known by its thread, killed, and goes on with that thread", async (t) => {
  const stage = await laterStage(t);
  const { becomes, host, script, server } = stage;
  script("work", [after(1_500, run("git checkout -q -b feat/later")), say("All done.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:work now." });
  const members = host.calls.filter((name) => name !== "name");
  assert.deepEqual(members, [
    "preflight",
    "preLaunchSetup",
    "getLaunchCommand",
    "getEnvironment",
    "postLaunchSetup",
  ]);
  await becomes(session, "active");
  const { summary } = await becomes(session, "ready");
  assert.equal(summary, "Do it");
  assert.equal(await host.step(session), "working");
  const metadata = await host.metadataOf("app-1");
  const threadId = server.threadOf("work");
  assert.deepEqual(
    [metadata.codexThreadId, metadata.codexModel, metadata.branch],
    [threadId, MODEL, "feat/later"],
  );
  await host.kill(session);
  await eventually("its end", async () => (await host.step(session)) === "killed");
  assert.equal((await host.restore(session)).isResumed, true);
  assert.equal(await goesOn(stage, session, "more"), threadId);
  assert.equal(await host.step(session), "working");
  assert.deepEqual(server.surprises, []);
});

test("a restore takes the recorded thread when the workspace is gone from the session, and when another is newer", async (t) => {
  const stage = await laterStage(t);
  const { becomes, host, script, server } = stage;
  script("first", [say("First.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:first now." });
  await becomes(session, "ready");
  await host.kill(session);
  // Another thread of the same directory, which no hook tells of.
  const { execFile } = await import("node:child_process");
  script("second", [say("Second.")]);
  await new Promise((resolve) => {
    const args = ["exec", "--skip-git-repo-check", "Follow script:second now."];
    const child = execFile(
      stage.world.path("bin/codex"),
      args,
      { cwd: session.workspacePath },
      resolve,
    );
    child.stdin.end();
  });
  const threadId = server.threadOf("first");
  assert.notEqual(server.threadOf("second"), threadId);
  for (const workspacePath of [session.workspacePath, null, undefined]) {
    const moved = { ...session, workspacePath };
    const command = await stage.agent.getRestoreCommand(moved, host.project);
    assert.equal(command?.split(" ").at(-1), threadId, String(workspacePath));
  }
  for (const forged of [
    "--help",
    "../../x",
    "$(touch pwned)",
    "01a2212f-9467-7001-b574-cfcc32603f33",
  ]) {
    const metadata = { ...session.metadata, codexThreadId: forged };
    const command = await stage.agent.getRestoreCommand(
      { ...session, id: "other-1", metadata },
      host.project,
    );
    assert.equal(command?.includes(forged) ?? false, false, forged);
  }
});

test("after its storage was migrated a session costs the same, once, and goes on with its thread", async (t) => {
  const stage = await laterStage(t);
  const { becomes, host, script, server, world } = stage;
  script("work", [say("Done.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:work now." });
  const before = await becomes(session, "ready");
  await host.kill(session);
  const old = session.workspacePath;
  const moved = join(dirname(dirname(old)), "moved", "app-1");
  await mkdir(dirname(moved), { recursive: true });
  await rename(old, moved);
  await world.git("-C", stage.path, "worktree", "repair", moved);
  for (const path of await rolloutsIn(world.codexHome)) await atomically(path, old, moved);
  session.workspacePath = moved;
  // Nothing but the directory tells of the thread.
  const { codexThreadId: _, ...metadata } = session.metadata;
  await rm(join(world.aoHome, "codex"), { recursive: true });
  session.metadata = metadata;
  const info = await stage.agent.getSessionInfo(session);
  assert.deepEqual(info.cost, before.info.cost);
  assert.equal((await host.restore(session)).isResumed, true);
  assert.equal(await goesOn(stage, session, "more"), server.threadOf("work"));
});

test("a dashboard without the plugin sees a question while it waits for its answer", async (t) => {
  const stage = await laterStage(t, { project: { agentConfig: { permissions: "suggest" } } });
  const { agent, becomes, host, script } = stage;
  const escalated = { sandbox_permissions: "require_escalated", justification: "to see" };
  script("ask", [run("touch /dev/null", escalated), say("Thank you.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:ask now." });
  await becomes(session, "waiting_input");
  assert.equal(await host.step(session), "needs_input");
  assert.equal((await seenByDashboard(session.workspacePath)).state, "waiting_input");
  // The hook tells of the question before the screen shows it.
  await eventually(
    "the question",
    async () => agent.detectActivity(await screenOf(session.runtimeHandle)) === "waiting_input",
    TURN_MS,
  );
  await pressIn(session.runtimeHandle, "y");
  await becomes(session, "ready");
  assert.equal(await seenByDashboard(session.workspacePath), null);
  assert.equal(await stage.world.git("-C", session.workspacePath, "status", "--porcelain"), "");
});

test("a session at its usage limit is blocked, with the words of the error and the time of the reset", async (t) => {
  const stage = await laterStage(t);
  const { agent, becomes, host, script } = stage;
  const resetsAt = Math.floor(Date.now() / 1000) + 5_000;
  script("spent", [
    {
      ...refuse(429),
      error: {
        type: "usage_limit_reached",
        message: "The usage limit has been reached",
        resets_at: resetsAt,
      },
      headers: {
        "x-codex-primary-used-percent": "100",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": String(resetsAt),
      },
    },
  ]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:spent now." });
  await becomes(session, "blocked");
  const { state, trigger } = await seenByDashboard(session.workspacePath);
  assert.equal(state, "blocked");
  assert.match(trigger, /^an error ended the last turn: You.ve hit your usage limit\./);
  assert.equal(
    trigger.endsWith(`the limit is reset at ${new Date(resetsAt * 1000).toISOString()}`),
    true,
    trigger,
  );
  assert.equal((await agent.getActivityState(session)).state, "blocked");
});

test("the orchestrator's own session has its rules, may do everything, and is restored so", async (t) => {
  const stage = await laterStage(t, {
    project: {
      agentConfig: { permissions: "suggest" },
      orchestrator: { agentConfig: { reasoningEffort: "low" } },
    },
  });
  const { becomes, host, script, world } = stage;
  const systemPromptFile = await world.write("rules.md", "You lead.");
  script("lead", [run("touch led"), say("Led.")]);
  const session = await host.spawn({
    id: "app-orchestrator",
    role: "orchestrator",
    prompt: "Follow script:lead now.",
    systemPromptFile,
  });
  assert.deepEqual(host.calls.filter((name) => name !== "name").slice(0, 3), [
    "preflight",
    "setupWorkspaceHooks",
    "preLaunchSetup",
  ]);
  await becomes(session, "ready");
  const [request] = stage.requestsOf("lead");
  assert.equal(JSON.stringify(request.body).includes("You lead."), true);
  assert.equal(await readFile(join(session.workspacePath, "led"), "utf8"), "");
  await host.kill(session);
  const { command, isResumed } = await host.restore(session);
  assert.equal(isResumed, true);
  assert.match(command, / --dangerously-bypass-approvals-and-sandbox /);
  assert.match(command, / -c model_reasoning_effort=low /);
});
