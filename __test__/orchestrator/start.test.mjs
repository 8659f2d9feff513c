/** What our hooks cost a start. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { agentOf, binaryOf, launch, START_MS } from "./support/hooked.mjs";
import { makeStage } from "./support/stage.mjs";
import { CURRENT } from "./support/versions.mjs";

const exec = promisify(execFile);

const ROUNDS = 9;
const LIMIT_MS = 50;

test("Codex starts and asks its model at most 50 ms later with our hooks", async (t) => {
  const binary = await binaryOf(CURRENT);
  const stage = await makeStage(t);
  const agents = {
    with: await agentOf(stage, binary),
    without: await agentOf(stage, binary, { hooks: false }),
  };
  const path = await stage.world.directory("trees/start");
  // The terminal's server ends with its last session, and takes a moment for it.
  await exec("tmux", ["-f", "/dev/null", "new-session", "-d", "-s", "base", "sleep 600"]);
  const times = { with: [], without: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    // In turns, so that what else the machine does falls on both.
    const order = round % 2 === 0 ? ["with", "without"] : ["without", "with"];
    for (const which of order) {
      const id = `${which}-${round}`;
      const started = performance.now();
      const session = await launch(stage, agents[which], { id, path, steps: [say("Done.")] });
      await eventually("the first request", () => stage.requestsOf(id).length > 0, START_MS);
      times[which].push(performance.now() - started);
      await exec("tmux", ["kill-session", "-t", `=${session.runtimeHandle.id}`]);
    }
  }
  // What we cost is in every round; what the machine's other work costs is not, so the best round of each counts.
  const [best, bare] = [Math.min(...times.with), Math.min(...times.without)];
  const added = best - bare;
  t.diagnostic(`${bare.toFixed(0)} ms without, ${added.toFixed(0)} ms more with`);
  assert.equal(added <= LIMIT_MS, true, JSON.stringify(times));
});
