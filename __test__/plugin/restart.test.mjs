/** What was asked or begun by a Codex that is no more, and what by the one that runs. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { event, turnContext, writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const run = promisify(execFile);

/** Long enough for a clock that ticks every 10 ms, far shorter than a person takes. */
const MOMENT_MS = 100;

const scene = async (t) => {
  const world = await makeWorld(t);
  const workspacePath = await world.directory("tree");
  const session = sessionOf({ id: "ao-1", workspacePath });
  const agent = create();
  const codex = await world.sleeper("bin/codex");
  return {
    /** A turn begins, and its hooks tell of it. */
    async begin(...events) {
      const records = [event("task_started", { turn_id: "turn-1" }), turnContext("a-model")];
      const rollout = await writeRollout(world.codexHome, { cwd: workspacePath, records });
      const directory = join(world.aoHome, "codex", "events");
      await mkdir(directory, { recursive: true });
      const thread = { thread: rollout.threadId, rollout: rollout.path, turn: "turn-1" };
      const lines = events.map((name) =>
        JSON.stringify({ at: Date.now(), event: name, ...thread, tool: "shell" }),
      );
      await writeFile(join(directory, "ao-1.jsonl"), `${lines.join("\n")}\n`);
    },
    async start() {
      await run("tmux", ["-f", "/dev/null", "new-session", "-d", "-s", "ao-1", `${codex} 600`]);
      await eventually("the start", () => agent.isProcessRunning(session.runtimeHandle));
    },
    state: async () => (await agent.getActivityState(session)).state,
  };
};

for (const [what, events, state] of [
  ["a turn", ["UserPromptSubmit"], "active"],
  ["a question", ["UserPromptSubmit", "PermissionRequest"], "waiting_input"],
]) {
  test(`${what} of a Codex that ended a moment before this one was started is over`, async (t) => {
    const codex = await scene(t);
    await codex.begin(...events);
    await sleep(MOMENT_MS);
    await codex.start();
    assert.equal(await codex.state(), "ready");
  });

  test(`${what} of a Codex that was started a moment before is its own`, async (t) => {
    const codex = await scene(t);
    await codex.start();
    await sleep(MOMENT_MS);
    await codex.begin(...events);
    assert.equal(await codex.state(), state);
  });
}
