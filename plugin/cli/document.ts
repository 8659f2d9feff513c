/** The document that `sessions --json` prints: its keys and the order of its keys are public. */
import type { HomeUsage, ThreadUsage, TurnFailure } from "../../index.js";
import type { HookEvidence } from "../session/state/hook-evidence.js";
import { threadState } from "../session/state/thread-state.js";

export function sessionsDocument(
  home: HomeUsage,
  nowMs: number,
  evidence: HookEvidence,
  explain: boolean = false,
) {
  return {
    codexHome: home.codexHome,
    threads: home.threads.map((thread) => {
      const { atMs, because, failure, source, state } = threadState(thread, nowMs, evidence);
      return {
        ...threadDocument(thread),
        state,
        blocked: failure && blockedDocument(failure),
        ...(explain && { stateFrom: { source, because, at: iso(atMs) } }),
      };
    }),
  };
}

/** The reason why a thread is blocked. */
function blockedDocument({ error, errorKind, limitResetsAtMs }: TurnFailure) {
  const limitResetsAt = limitResetsAtMs === null ? null : iso(limitResetsAtMs);
  return { error, errorKind, limitResetsAt };
}

function threadDocument(thread: ThreadUsage) {
  return {
    threadId: thread.threadId,
    rolloutPath: thread.rolloutPath,
    workspacePath: thread.workspacePath,
    kind: thread.kind,
    parentThreadId: thread.parentThreadId,
    archived: thread.archived,
    createdAt: thread.createdAtMs === null ? null : iso(thread.createdAtMs),
    updatedAt: iso(thread.updatedAtMs),
    model: thread.model,
    usage: thread.usage,
    models: thread.models,
    tiers: thread.tiers,
    planType: thread.planType,
    isEstimate: thread.isEstimate,
    skippedRecords: thread.skippedRecords,
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
