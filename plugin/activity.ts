/** A session's activity, from what is known of its process and of its thread. Pure. */

import type { ActivityDetection, ActivityState } from "@composio/ao-core";
import type { RolloutActivity } from "../index.js";

/** What of a thread's records decides. */
type LastTurn = Pick<RolloutActivity, "turn" | "lastRecordAtMs" | "updatedAtMs">;

/** The state of a session whose Codex runs, from the records of its thread. */
export function activityOf(
  rollout: LastTurn,
  nowMs: number,
  readyThresholdMs: number,
): ActivityDetection {
  const atMs = rollout.lastRecordAtMs ?? rollout.updatedAtMs;
  return { state: stateOf(rollout, nowMs - atMs, readyThresholdMs), timestamp: new Date(atMs) };
}

function stateOf({ turn }: LastTurn, quietMs: number, readyThresholdMs: number): ActivityState {
  switch (turn) {
    case "running":
      // However long the model thinks or a command runs: the process lives, and the turn has not ended.
      return "active";
    case "failed":
      return "blocked";
    case "none":
    case "finished":
    case "aborted":
      return quietMs > readyThresholdMs ? "idle" : "ready";
    default:
      return quietMs > readyThresholdMs ? "idle" : "active";
  }
}
