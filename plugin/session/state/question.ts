/** The question, of those that hooks told of, that still waits for its answer. */

import type { EventQuestion, RolloutActivity } from "../../../index.js";
import { readActivity } from "../../native.js";

/** The newest one, or `null`, where nobody looks at processes. */
export async function openQuestion(
  questions: readonly EventQuestion[],
): Promise<EventQuestion | null> {
  const open = await Promise.all(questions.map((question) => isOpen(question)));
  return questions.find((_, index) => open[index]) ?? null;
}

async function isOpen({ atMs, rolloutPath, turnId }: EventQuestion): Promise<boolean> {
  // One that cannot be read says nothing against what Codex said itself.
  const rollout = rolloutPath === null ? null : await readActivity(rolloutPath).catch(() => null);
  return rollout === null || !isAnswered(rollout, atMs, turnId);
}

function isAnswered(rollout: RolloutActivity, askedAtMs: number, turnId: string | null): boolean {
  const isOtherTurn = turnId !== null && rollout.turnId !== null && rollout.turnId !== turnId;
  if (isOtherTurn) return (rollout.lastRecordAtMs ?? 0) > askedAtMs;
  if (rollout.turn !== "running") return (rollout.lastRecordAtMs ?? 0) >= askedAtMs;
  return (rollout.lastAnswerAtMs ?? 0) > askedAtMs;
}
