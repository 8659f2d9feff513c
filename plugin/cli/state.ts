/** The state of a thread as the command shows it: the life cycle in its records, and how long they have been quiet. */
import type { ThreadUsage } from "../../index.js";

export type ThreadState = "active" | "ready" | "idle" | "blocked" | "exited";

/** As the orchestrator's own default: what was finished longer ago is idle. */
const READY_THRESHOLD_MS = 5 * 60_000;
/**
 * A model may think, and a tool may run, for a long time without a record. After an hour of silence it is likelier
 * that the process died in its turn.
 */
const SILENT_TURN_MS = 60 * 60_000;

/** `isHeld` says whether a live process has the thread; null where nobody looked. */
export function stateOf(
  thread: Pick<ThreadUsage, "turn" | "updatedAtMs">,
  nowMs: number,
  isHeld: boolean | null = null,
): ThreadState {
  const quietMs = nowMs - thread.updatedAtMs;
  switch (thread.turn) {
    case "running":
      return (isHeld ?? quietMs < SILENT_TURN_MS) ? "active" : "exited";
    case "failed":
      return "blocked";
    case "none":
    case "finished":
    case "aborted":
      return quietMs < READY_THRESHOLD_MS ? "ready" : "idle";
  }
}
