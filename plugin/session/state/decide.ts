/**
 * The state of a session, and the evidence that decides it: one table, in the order in which its rows
 * are asked. Pure.
 */

import type { ActivityState } from "../../host.js";
import type { TurnFailure } from "../../../index.js";
import type { Evidence } from "./evidence.js";

/** A source of evidence about a session. */
export type StateSource = "process" | "hooks" | "rollout" | "activity log" | "screen" | "age";

/** A state, since when, and how it is known. */
export interface Decision {
  state: ActivityState;
  atMs: number;
  source: StateSource;
  /** In words for a person. */
  because: string;
  /** The reason why it is `blocked`; `null` for every other state, and where nothing says so. */
  failure: TurnFailure | null;
}

interface Rule {
  source: StateSource;
  because: string;
  /** `null` where this row does not tell. */
  decide(evidence: Evidence): Pick<Decision, "state" | "atMs"> | null;
}

const RULES: readonly Rule[] = [
  {
    source: "process",
    because: "no Codex runs",
    decide: ({ isRunning, nowMs }) =>
      isRunning === false ? { state: "exited", atMs: nowMs } : null,
  },
  {
    source: "hooks",
    because: "Codex asks a person, and has no answer yet",
    decide: ({ question }) =>
      question === null ? null : { state: "waiting_input", atMs: question.atMs },
  },
  {
    source: "hooks",
    because: "the Codex that began the turn has ended",
    decide: (evidence) => {
      const { prompt, rollout } = evidence;
      if (prompt === null || !isOfEarlierProcess(evidence) || rollout?.turn !== "running")
        return null;
      return rollout.turnId === prompt.turnId ? quiet(evidence, lastMs(evidence)) : null;
    },
  },
  {
    source: "hooks",
    because: "a prompt was submitted",
    decide: (evidence) => {
      const { prompt } = evidence;
      const isNews = prompt !== null && prompt.end === "none" && !isInRollout(evidence);
      return isNews && !isOfEarlierProcess(evidence)
        ? { state: "active", atMs: prompt.atMs }
        : null;
    },
  },
  {
    source: "hooks",
    because: "the turn has ended",
    decide: (evidence) => {
      const { prompt, rollout } = evidence;
      if (prompt === null || prompt.end === "none") return null;
      // A stop may be taken back by another hook; only the rollout tells. An interruption may not.
      const isTold =
        isInRollout(evidence) && (prompt.end === "stopped" || rollout?.turn !== "running");
      return isTold ? null : quiet(evidence, prompt.endedAtMs ?? prompt.atMs);
    },
  },
  {
    source: "rollout",
    because: "an error ended the last turn",
    decide: (evidence) => (evidence.rollout?.turn === "failed" ? at(evidence, "blocked") : null),
  },
  {
    source: "rollout",
    because: "the last turn has ended",
    decide: (evidence) => {
      const turn = evidence.rollout?.turn;
      const isOver = turn === "finished" || turn === "aborted";
      return isOver ? quiet(evidence, lastMs(evidence)) : null;
    },
  },
  {
    source: "rollout",
    because: "a turn runs, and no hook tells of a question",
    decide: (evidence) => {
      const { isAskingNow, isSilentForLong, prompt, rollout } = evidence;
      const isHooked = prompt !== null && rollout?.turnId === prompt.turnId;
      const isTold = isHooked && !isAskingNow;
      return isTold && rollout?.turn === "running" && !isSilentForLong
        ? at(evidence, "active")
        : null;
    },
  },
  {
    source: "activity log",
    because: "the orchestrator saw that a person is needed",
    decide: (evidence) => {
      const { log } = evidence;
      const isNeeded = log?.state === "waiting_input" || log?.state === "blocked";
      return isNeeded && log.isFresh && log.atMs >= recordMs(evidence) ? log : null;
    },
  },
  {
    source: "screen",
    because: "the screen showed a question",
    decide: (evidence) => {
      const { questionSeenAtMs } = evidence;
      const isOpen = questionSeenAtMs !== null && questionSeenAtMs >= recordMs(evidence);
      return isOpen ? { state: "waiting_input", atMs: questionSeenAtMs } : null;
    },
  },
  {
    source: "age",
    because: "a turn never ended, and nothing was written for an hour",
    decide: (evidence) =>
      evidence.isSilentForLong && evidence.rollout?.turn === "running"
        ? at(evidence, "exited")
        : null,
  },
  {
    source: "rollout",
    because: "a turn runs",
    decide: (evidence) => (evidence.rollout?.turn === "running" ? at(evidence, "active") : null),
  },
  {
    source: "rollout",
    because: "the thread has had no turn",
    decide: (evidence) =>
      evidence.rollout?.turn === "none" ? quiet(evidence, lastMs(evidence)) : null,
  },
  {
    source: "activity log",
    because: "what the orchestrator saw last",
    decide: ({ log, rollout }) => (rollout === null && log !== null && log.isFresh ? log : null),
  },
  {
    source: "age",
    because: "when the rollout was last written",
    decide: (evidence) => {
      const { nowMs, readyThresholdMs, rollout } = evidence;
      if (rollout === null) return null;
      return at(evidence, nowMs - lastMs(evidence) > readyThresholdMs ? "idle" : "active");
    },
  },
];

/** The state, by the first row that tells; `null` where none does. */
export function decideState(evidence: Evidence): Decision | null {
  for (const { because, decide, source } of RULES) {
    const decided = decide(evidence);
    if (decided === null) continue;
    const { atMs, state } = decided;
    const failure = state === "blocked" ? (evidence.rollout?.failure ?? null) : null;
    return { state, atMs, source, because: because + words(failure), failure };
  }
  return null;
}

/** The rows in their order, for those who explain them. */
export function stateRules(): Pick<Rule, "source" | "because">[] {
  return RULES.map(({ because, source }) => ({ source, because }));
}

/** `: No more. The limit is reset at 2026-11-28T09:28:14.000Z` */
function words(failure: TurnFailure | null): string {
  if (failure === null) return "";
  const { error, errorKind, limitResetsAtMs } = failure;
  const reset =
    limitResetsAtMs === null
      ? null
      : `the limit is reset at ${new Date(limitResetsAtMs).toISOString()}`;
  const said = [error ?? errorKind, reset].filter((part) => part !== null);
  return said.length === 0 ? "" : `: ${said.join("; ")}`;
}

/** Tells whether the rollout knows of the last prompt: it has its turn, or something newer. */
function isInRollout({ prompt, rollout }: Evidence): boolean {
  if (prompt === null || rollout === null) return false;
  if (prompt.turnId !== null && rollout.turnId === prompt.turnId) return true;
  return (rollout.lastRecordAtMs ?? 0) > prompt.atMs;
}

function isOfEarlierProcess({ prompt, startedAtMs }: Evidence): boolean {
  return prompt !== null && startedAtMs !== null && prompt.atMs < startedAtMs;
}

/** Done: `ready`, and `idle` when that is long ago. */
function quiet(evidence: Evidence, atMs: number): Pick<Decision, "state" | "atMs"> {
  const isLongAgo = evidence.nowMs - atMs > evidence.readyThresholdMs;
  return { state: isLongAgo ? "idle" : "ready", atMs };
}

function at(evidence: Evidence, state: ActivityState): Pick<Decision, "state" | "atMs"> {
  return { state, atMs: lastMs(evidence) };
}

/** The time when the rollout last changed: by its last record, or by the file where no record is dated. */
function lastMs({ nowMs, rollout }: Evidence): number {
  return rollout?.lastRecordAtMs ?? rollout?.updatedAtMs ?? nowMs;
}

function recordMs({ rollout }: Evidence): number {
  return rollout?.lastRecordAtMs ?? 0;
}
