/** The plugin object on Windows, where there is no tmux and no POSIX shell. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { turnContext, writeRollout } from "./support/rollout.mjs";
import { saidDuring } from "./support/said.mjs";
import { sessionOf } from "./support/session.mjs";
import { makeWorld } from "./support/world.mjs";

const onWindows = async (t) => {
  const world = await makeWorld(t);
  const platform = Object.getOwnPropertyDescriptor(process, "platform");
  Object.defineProperty(process, "platform", { ...platform, value: "win32" });
  t.after(() => Object.defineProperty(process, "platform", platform));
  let agent = null;
  const said = await saidDuring(t, () => {
    agent = create();
  });
  return { world, agent, said };
};

test("it says once, when it is made, that sessions need tmux and where to get it", async (t) => {
  const { said } = await onWindows(t);
  assert.deepEqual(said, [
    "ao-codex: on Windows sessions of Codex need tmux: run the orchestrator in WSL\n",
  ]);
});

test("a spawn is told so before it is made, and a launch is a line that every shell prints", async (t) => {
  const { world, agent } = await onWindows(t);
  const project = { name: "app", path: world.root };
  await assert.rejects(agent.preflight({ project }), {
    message: "On Windows sessions of Codex need tmux: run the orchestrator in WSL.",
  });
  const prompts = [undefined, "it's $(rm -rf ~) & del *", "a\nb"];
  for (const prompt of prompts) {
    const line = agent.getLaunchCommand({ sessionId: "app-1", projectConfig: project, prompt });
    assert.match(line, /^echo [A-Za-z :-]+$/);
  }
  assert.deepEqual(agent.getEnvironment({ sessionId: "app-1", projectConfig: project }), {});
});

test("nothing is known of what runs, nothing is put on the disk, and what rollouts say is told", async (t) => {
  const { world, agent } = await onWindows(t);
  const workspacePath = await world.directory("tree");
  const { threadId } = await writeRollout(world.codexHome, {
    cwd: workspacePath,
    records: [turnContext("gpt-6-sol")],
  });
  const session = sessionOf({ workspacePath });
  const said = await saidDuring(t, async () => {
    await agent.preLaunchSetup(workspacePath);
    await agent.postLaunchSetup(session);
    await agent.setupWorkspaceHooks(workspacePath);
    await agent.recordActivity(session, "Allow command?");
  });
  assert.deepEqual(said, []);
  assert.equal(await agent.isProcessRunning(session.runtimeHandle), "indeterminate");
  assert.equal(await agent.getActivityState(session), null);
  assert.equal(await agent.getRestoreCommand(session, { path: world.root }), null);
  assert.deepEqual((await agent.getSessionInfo(session)).metadata, {
    codexThreadId: threadId,
    codexModel: "gpt-6-sol",
  });
  assert.deepEqual([await readdir(workspacePath), await readdir(world.home)], [[], [".codex"]]);
});
