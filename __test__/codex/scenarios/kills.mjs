import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ending, fated, run, say, waitForAgents } from "../steps.mjs";
import { until } from "../until.mjs";
import { FORKED_SUBAGENTS_SINCE, SUBAGENT_FEATURES } from "./subagents.mjs";

const IN_ITS_TOOL = "killed in its tool";

/** Codex writes from a task of its own; this is long for a few hundred bytes. */
const WRITE_PAUSE_MS = 400;

export const killInTool = {
  name: "kill-in-tool",
  async play(lab) {
    const marker = join(lab.folder, "tool-is-running");
    const task = lab.begin([
      run("echo one"),
      fated(IN_ITS_TOOL, run(`touch '${marker}'; sleep 60`)),
    ]);
    await until(() => existsSync(marker));
    await sleep(WRITE_PAUSE_MS);
    task.process.kill("SIGKILL");
    await task.process.exited;
    await lab.resume(task.threadId(), [run("echo two"), say()]);
  },
};

export const killInStream = {
  name: "kill-in-stream",
  async play(lab) {
    const task = lab.begin([run("echo one"), ending("held")]);
    const held = (entry) => entry.ending === "held";
    await until(() => lab.ledger.entries.some(held));
    await sleep(WRITE_PAUSE_MS);
    task.process.kill("SIGKILL");
    await task.process.exited;
    await lab.resume(task.threadId(), [say()]);
  },
};

/** The subagent is in a tool, and its parent in the tool that waits for it. */
export const killWithSubagent = {
  name: "kill-with-subagent",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    const marker = join(lab.folder, "tool-is-running");
    const stuck = fated(IN_ITS_TOOL, run(`touch '${marker}'; sleep 60`));
    const task = lab.begin([
      run("echo one"),
      lab.spawning([run("echo heir"), stuck], { fork_context: true }),
      fated(IN_ITS_TOOL, waitForAgents()),
    ]);
    await until(() => existsSync(marker));
    await sleep(WRITE_PAUSE_MS);
    task.process.kill("SIGKILL");
    await task.process.exited;
    await lab.resume(task.threadId(), [say()]);
  },
};
