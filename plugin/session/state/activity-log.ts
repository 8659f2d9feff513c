/**
 * The orchestrator's own activity log in a workspace, `.ao/activity.jsonl`, which its later versions keep: a line for
 * each state that they saw on the screen. An agent can write there too, so nothing but a state is taken.
 */

import type { ActivityState } from "../../host.js";
import type { LogEvidence } from "./evidence.js";

/** A question that was not seen again for so long was answered without anybody looking. */
const FRESH_MS = 5 * 60 * 1000;

const STATES = new Set(["active", "ready", "idle", "waiting_input", "blocked"]);

/** The state in such a line; `null` where it says no state. */
export function logEvidence(
  state: unknown,
  atMs: number | null,
  nowMs: number,
): LogEvidence | null {
  if (!isState(state) || atMs === null || Number.isNaN(atMs)) return null;
  return { state, atMs, isFresh: Math.abs(nowMs - atMs) <= FRESH_MS };
}

function isState(value: unknown): value is ActivityState {
  return typeof value === "string" && STATES.has(value);
}
