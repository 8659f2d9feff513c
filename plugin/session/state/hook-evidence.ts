/** Prompts and open questions that the hooks of all sessions noted, by the threads that they are about. */

import type * as Addon from "../../../index.js";
import type {
  EventPrompt,
  EventQuestion,
  SessionEventsFound,
  TurnFailure,
} from "../../../index.js";

export interface HookEvidence {
  /** The reason why threads are blocked, where that was read. */
  failures?: Map<string, TurnFailure>;
  prompts: Map<string, EventPrompt>;
  questions: Map<string, EventQuestion>;
}

/** Reads the evidence of an orchestrator's home. Without it the rollouts still tell, so no failure stops a command. */
export async function readHookEvidence(
  native: Pick<typeof Addon, "listSessionEvents">,
  aoHome: string,
): Promise<HookEvidence> {
  const sessions = await native.listSessionEvents({ aoHome }).catch(() => []);
  return sessions.length === 0 ? NONE : hookEvidence(sessions);
}

const NONE: HookEvidence = { prompts: new Map(), questions: new Map() };

/** Joins the evidence of some sessions, without the questions that have their answer. */
async function hookEvidence(sessions: readonly SessionEventsFound[]): Promise<HookEvidence> {
  // It asks for processes, which takes longer to load than most homes to read.
  const { openQuestion } = await import("./question.js");
  const open = await Promise.all(sessions.map(({ questions }) => openQuestion(questions)));
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
