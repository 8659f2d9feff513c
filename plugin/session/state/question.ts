/** Which of the questions that hooks told of still waits for its answer. */

import type { EventQuestion, RolloutActivity } from "../../../index.js";
import { readActivity } from "../../../index.js";
import { hasStartedSince } from "../process/started.js";
import type { RunningCodex } from "../process/running.js";

/** The newest one, or `null`. `codex` is what runs for the session, where somebody looked. */
export async function openQuestion(
  questions: readonly EventQuestion[],
  codex: RunningCodex | null,
): Promise<EventQuestion | null> {
  const open = await Promise.all(questions.map((question) => isOpen(question, codex)));
  return questions.find((_, index) => open[index]) ?? null;
}

async function isOpen(question: EventQuestion, codex: RunningCodex | null): Promise<boolean> {
  const { atMs, rolloutPath, turnId } = question;
  // A Codex that was started later has never asked it.
  const startedAtMs = codex?.startedAtMs ?? null;
  if (startedAtMs !== null && atMs < startedAtMs) return false;
  // One that cannot be read says nothing against what Codex said itself.
  const rollout = rolloutPath === null ? null : await readActivity(rolloutPath).catch(() => null);
  if (rollout === null) return true;
  if (isAnswered(rollout, atMs, turnId)) return false;
  // Nothing tells that it was allowed while what was allowed runs, but that it runs. Where a response has called
  // several tools, it may be another one of them.
  return codex === null || rollout.openCalls !== 1 || !(await hasStartedSince(codex, atMs));
}

function isAnswered(rollout: RolloutActivity, askedAtMs: number, turnId: string | null): boolean {
  const isOtherTurn = turnId !== null && rollout.turnId !== null && rollout.turnId !== turnId;
  if (isOtherTurn) return (rollout.lastRecordAtMs ?? 0) > askedAtMs;
  if (rollout.turn !== "running") return (rollout.lastRecordAtMs ?? 0) >= askedAtMs;
  return (rollout.lastAnswerAtMs ?? 0) > askedAtMs;
}
