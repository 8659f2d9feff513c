/** The state of a thread as the command shows it: the plugin's own table, with what can be known without a session. */
import type { ActivityState } from "@composio/ao-core";
import type { EventPrompt, EventQuestion, SessionEventsFound, ThreadUsage } from "../../index.js";
import type { Decision } from "../session/state/decide.js";
import { decideState } from "../session/state/decide.js";
import { NOTHING } from "../session/state/evidence.js";

/** As the orchestrator's own default: what was finished longer ago is idle. */
const READY_THRESHOLD_MS = 5 * 60_000;
/**
 * A model may think, and a tool may run, for a long time without a record. After an hour of silence it is likelier
 * that the process died in its turn.
 */
const SILENT_TURN_MS = 60 * 60_000;

/** What hooks told of threads, by their ids. */
export interface Told {
  prompts: Map<string, EventPrompt>;
  questions: Map<string, EventQuestion>;
}

export const NOBODY_TOLD: Told = { prompts: new Map(), questions: new Map() };

/** What the hooks of all sessions told, without the questions that have their answer. */
export async function toldBy(sessions: readonly SessionEventsFound[]): Promise<Told> {
  // It reads rollouts, and `--help` and the doctor are to work where the addon cannot be loaded.
  const { openQuestion } = await import("../session/state/question.js");
  const open = await Promise.all(sessions.map(({ questions }) => openQuestion(questions, null)));
  const prompts = sessions.flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  // Of two sessions that went on with one thread the later one tells.
  prompts.sort((left, right) => left.atMs - right.atMs);
  return {
    prompts: new Map(prompts.map((prompt) => [prompt.threadId, prompt])),
    questions: new Map(
      open.flatMap((question) => (question === null ? [] : [[question.threadId, question]])),
    ),
  };
}

/** `isHeld` says whether a live process has the thread; null where nobody looked. */
export function stateOf(
  thread: ThreadUsage,
  nowMs: number,
  isHeld: boolean | null = null,
  told: Told = NOBODY_TOLD,
): ActivityState {
  return decisionOf(thread, nowMs, isHeld, told).state;
}

/** The same, with how it is known. */
export function decisionOf(
  thread: ThreadUsage,
  nowMs: number,
  isHeld: boolean | null,
  told: Told,
): Decision {
  const { lastRecordAtMs, threadId, turn, turnId, updatedAtMs } = thread;
  const isSilentForLong = isHeld === null ? nowMs - updatedAtMs >= SILENT_TURN_MS : !isHeld;
  const decision = decideState({
    ...NOTHING,
    nowMs,
    readyThresholdMs: READY_THRESHOLD_MS,
    prompt: isSilentForLong ? null : (told.prompts.get(threadId) ?? null),
    question: isSilentForLong ? null : (told.questions.get(threadId) ?? null),
    rollout: { lastRecordAtMs, turn, turnId, updatedAtMs },
    isSilentForLong,
  });
  // With a rollout there is always a row that tells.
  return (
    decision ?? { state: "idle", atMs: updatedAtMs, source: "age", because: "nothing is known" }
  );
}
