/** All that can be known of what a session is doing, as values. */

import type { ActivityState } from "../../host.js";
import type { EventPrompt, EventQuestion, TurnFailure } from "../../../index.js";

/** The activity at the end of a rollout; `RolloutActivity` and `ThreadUsage` both have it. */
export interface RolloutEvidence {
  turn: "none" | "running" | "finished" | "aborted" | "failed";
  turnId: string | null;
  lastRecordAtMs: number | null;
  updatedAtMs: number;
  /** The reason why the last turn failed, where that was read. */
  failure?: TurnFailure | null;
}

/** The last line of the orchestrator's own activity log. */
export interface LogEvidence {
  state: ActivityState;
  atMs: number;
  /** True if it is new enough to still be true. */
  isFresh: boolean;
}

/** The orchestrator's own default, `DEFAULT_READY_THRESHOLD_MS`: what was finished longer ago is idle. */
export const READY_THRESHOLD_MS = 5 * 60_000;

export interface Evidence {
  nowMs: number;
  readyThresholdMs: number;
  /** `null` where nobody looked. */
  isRunning: boolean | null;
  /** The time when Codex was started, as early as that may have been. */
  startedAtMs: number | null;
  /** The last prompt of the session that hooks told of. */
  prompt: EventPrompt | null;
  /** A question that hooks told of and that nothing has answered. */
  question: EventQuestion | null;
  rollout: RolloutEvidence | null;
  log: LogEvidence | null;
  questionSeenAtMs: number | null;
  /** True if the screen shows a question at this moment. */
  isAskingNow: boolean;
  /** The guess where nobody looked at the process: true if it is likelier that it died. */
  isSilentForLong: boolean;
}

/** The evidence where there is none. */
export const NOTHING: Omit<Evidence, "nowMs" | "readyThresholdMs"> = {
  isRunning: null,
  startedAtMs: null,
  prompt: null,
  question: null,
  rollout: null,
  log: null,
  questionSeenAtMs: null,
  isAskingNow: false,
  isSilentForLong: false,
};
