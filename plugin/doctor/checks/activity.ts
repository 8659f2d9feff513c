/** The state of the workspace's thread as the orchestrator sees it, and what decides it. */

import { ago, path } from "../../cli/format.js";
import type { RolloutActivity } from "../../../index.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Machine } from "../machine.js";
import { isCodexRunning } from "../../process/running.js";
import { Snapshots } from "../../process/snapshot.js";
import { decideState } from "../../state/decide.js";
import { NOTHING } from "../../state/evidence.js";

/** The orchestrator's own default. */
const READY_THRESHOLD_MS = 300_000;
/** Clocks differ by so much without anything being wrong. */
const CLOCK_SKEW_MS = 60_000;
/** A model may think, and a command run, for a long time without a record; seldom for longer. */
const SILENT_MS = 60 * 60_000;

export const activity: Check = {
  id: "activity",
  async look(machine: Machine): Promise<Finding> {
    const thread = await machine.thread();
    if (thread === null) return ok("no thread, so no state");
    const now = Date.now();
    const rollout = await machine.native.readActivity(thread.rolloutPath);
    if (rollout === null) return fail(`${path(thread.rolloutPath)} has gone`, "run this again");
    const aheadMs = Math.max(rollout.lastRecordAtMs ?? 0, rollout.updatedAtMs) - now;
    if (aheadMs > CLOCK_SKEW_MS)
      return warn(
        `the last record is of ${Math.round(aheadMs / 60_000)} minutes from now: a clock is wrong`,
        "set the clock of this machine, and of the one that Codex runs on",
      );
    const isRunning = await codexRuns(machine);
    if (isRunning === false)
      return ok(`exited: no Codex runs in the session's terminal (${wordsFor(rollout, now)})`);
    const atMs = rollout.lastRecordAtMs ?? rollout.updatedAtMs;
    if (rollout.turn === "running" && now - atMs > SILENT_MS)
      return warn(
        `a turn has not ended, and nothing was written since ${ago(atMs, now)}`,
        isRunning === null
          ? "if no Codex runs any more: ao-codex resume"
          : "look at the session's terminal: Codex may wait for an answer",
      );
    // Needs the native part, which the doctor does without where there is none.
    const { readTold } = await import("../../cli/told.js");
    const told = await readTold(machine.settings.aoHome);
    const decision = decideState({
      ...NOTHING,
      nowMs: now,
      readyThresholdMs: READY_THRESHOLD_MS,
      prompt: told.prompts.get(thread.threadId) ?? null,
      question: told.questions.get(thread.threadId) ?? null,
      rollout,
    });
    if (decision === null) return ok(`unknown: ${wordsFor(rollout, now)}`);
    const { because, source, state } = decision;
    return ok(`${state}, by the ${source}: ${because}; ${lastRecord(rollout, now)}`);
  },
};

/** Whether the session's Codex runs; `null` where no terminal of a session is known. */
async function codexRuns({ session, env }: Machine): Promise<boolean | null> {
  const tmux = session?.isOurs ? env["AO_TMUX_NAME"] : session?.metadata["tmuxName"];
  if (!tmux) return null;
  return isCodexRunning({ id: tmux, runtimeName: "tmux", data: {} }, new Snapshots());
}

function wordsFor({ turn, lastRecordAtMs, updatedAtMs }: RolloutActivity, now: number): string {
  return `${TURNS[turn]}, ${lastRecord({ lastRecordAtMs, updatedAtMs }, now)}`;
}

function lastRecord(
  { lastRecordAtMs, updatedAtMs }: Pick<RolloutActivity, "lastRecordAtMs" | "updatedAtMs">,
  now: number,
): string {
  return `last record ${ago(lastRecordAtMs ?? updatedAtMs, now)}`;
}

const TURNS = {
  none: "no turn yet",
  running: "a turn runs",
  finished: "its turn has ended",
  aborted: "its turn was interrupted",
  failed: "its turn failed",
} as const;
