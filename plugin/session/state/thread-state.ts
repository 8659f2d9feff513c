/** The state of a thread of which no session is known: the plugin's own table, with what can be known without one. */

import type { ThreadUsage } from "../../../index.js";
import type { Decision } from "./decide.js";
import { decideState } from "./decide.js";
import { NOTHING, READY_THRESHOLD_MS } from "./evidence.js";
import type { HookEvidence } from "./hook-evidence.js";

/**
 * A model may think, and a tool may run, for a long time without a record. After an hour of silence it is likelier
 * that the process died in its turn.
 */
const SILENT_TURN_MS = 60 * 60_000;

/** Decides the state, and says how it is known. */
export function threadState(
  thread: ThreadUsage,
  nowMs: number,
  { failures, prompts, questions }: HookEvidence,
): Decision {
  const { lastRecordAtMs, threadId, turn, turnId, updatedAtMs } = thread;
  // Nothing is alive either that says to have been written long after now.
  const isSilentForLong = Math.abs(nowMs - updatedAtMs) >= SILENT_TURN_MS;
  const decision = decideState({
    ...NOTHING,
    nowMs,
    readyThresholdMs: READY_THRESHOLD_MS,
    prompt: isSilentForLong ? null : (prompts.get(threadId) ?? null),
    question: isSilentForLong ? null : (questions.get(threadId) ?? null),
    rollout: {
      lastRecordAtMs,
      turn,
      turnId,
      updatedAtMs,
      failure: failures?.get(threadId) ?? null,
    },
    isSilentForLong,
  });
  // With a rollout there is always a row that tells.
  const idle = { state: "idle", atMs: updatedAtMs, source: "age", failure: null } as const;
  return decision ?? { ...idle, because: "nothing is known" };
}
