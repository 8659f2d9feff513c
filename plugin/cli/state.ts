/** The state of a thread as the command shows it: that of its records, and whether it can still be at work. */
import type { ActivityState } from "@composio/ao-core";
import type { ThreadUsage } from "../../index.js";
import { activityOf } from "../activity.js";

/** As the orchestrator's own default: what was finished longer ago is idle. */
const READY_THRESHOLD_MS = 5 * 60_000;
/**
 * A model may think, and a tool may run, for a long time without a record. After an hour of silence it is likelier
 * that the process died in its turn.
 */
const SILENT_TURN_MS = 60 * 60_000;

/** `isHeld` says whether a live process has the thread; null where nobody looked. */
export function stateOf(
  thread: ThreadUsage,
  nowMs: number,
  isHeld: boolean | null = null,
): ActivityState {
  const isAlive = isHeld ?? nowMs - thread.updatedAtMs < SILENT_TURN_MS;
  if (thread.turn === "running" && !isAlive) return "exited";
  return activityOf(thread, nowMs, READY_THRESHOLD_MS).state;
}
