/** The state of the workspace's session as the orchestrator sees it, and what decides it. */

import { ago, path } from "../../terminal/format.js";
import type { RolloutActivity } from "../../../index.js";
import type { Decision } from "../../session/state/decide.js";
import { decideState } from "../../session/state/decide.js";
import { NOTHING, READY_THRESHOLD_MS } from "../../session/state/evidence.js";
import { readHookEvidence } from "../../session/state/hook-evidence.js";
import { LiveScreens } from "../../session/screen/live.js";
import { sessionState } from "../../session/state/session-state.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Machine } from "../machine.js";
import { pretendSession } from "../pretend.js";

/** Clocks differ by so much without anything being wrong. */
const CLOCK_SKEW_MS = 60_000;
/** A model may think, and a command run, for a long time without a record; seldom for longer. */
const SILENT_MS = 60 * 60_000;

export const activity: Check = {
  id: "activity",
  async look(machine: Machine): Promise<Finding> {
    const thread = await machine.thread();
    if (thread === null) return ok("no thread, so no state");
    const nowMs = Date.now();
    const rollout = await machine.native.readActivity(thread.rolloutPath);
    if (rollout === null) return fail(`${path(thread.rolloutPath)} has gone`, "run this again");
    const aheadMs = Math.max(rollout.lastRecordAtMs ?? 0, rollout.updatedAtMs) - nowMs;
    if (aheadMs > CLOCK_SKEW_MS)
      return warn(
        `the last record is of ${Math.round(aheadMs / 60_000)} minutes from now: a clock is wrong`,
        "set the clock of this machine, and of the one that Codex runs on",
      );
    const session = pretendSession(machine);
    const hasTerminal = session.runtimeHandle !== null;
    const decision = hasTerminal
      ? await sessionState(session, READY_THRESHOLD_MS, {
          looks: machine.looks,
          liveScreens: new LiveScreens(),
        })
      : await byThreadAlone(machine, thread.threadId, rollout, nowMs);
    const writtenMs = rollout.lastRecordAtMs ?? rollout.updatedAtMs;
    const isSilent = rollout.turn === "running" && nowMs - writtenMs > SILENT_MS;
    if (isSilent && decision?.state === "active")
      return warn(
        `a turn has not ended, and nothing was written since ${ago(writtenMs, nowMs)}`,
        hasTerminal
          ? "look at the session's terminal: Codex may wait for an answer"
          : "if no Codex runs any more: ao-codex resume",
      );
    return ok(`${wordsFor(decision)}; last record ${ago(writtenMs, nowMs)}`);
  },
};

/** The screen of a session whose terminal is not known: as `ao-codex sessions` sees it. */
async function byThreadAlone(
  { native, settings: { aoHome } }: Machine,
  threadId: string,
  rollout: RolloutActivity,
  nowMs: number,
): Promise<Decision | null> {
  const evidence = await readHookEvidence(native, aoHome);
  return decideState({
    ...NOTHING,
    nowMs,
    readyThresholdMs: READY_THRESHOLD_MS,
    prompt: evidence.prompts.get(threadId) ?? null,
    question: evidence.questions.get(threadId) ?? null,
    rollout,
  });
}

function wordsFor(decision: Decision | null): string {
  if (decision === null) return "unknown: nothing tells";
  const { because, source, state } = decision;
  return `${state}, by the ${source}: ${because}`;
}
