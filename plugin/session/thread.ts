/**
 * The Codex thread of a session: the one that its own hooks named last, else the one that the orchestrator recorded,
 * else the newest one of its directory.
 */

import { basename } from "node:path";
import type { AgentSessionInfo, Session } from "../host.js";
import type { OwnThread, Usage } from "../../index.js";
import * as native from "../native.js";
import { THREAD_KEY } from "./look.js";
import type { SessionLooks } from "./look.js";
import { shortened } from "./summary.js";

/** The key of a session's metadata under which later orchestrators keep its model. */
const MODEL_KEY = "codexModel";

/** The facts of a thread that are needed to read it and to go on with it. */
export type SessionThread = OwnThread;

/** The session's thread; `null` where there is none yet. */
export async function findThread(
  session: Session,
  looks: SessionLooks,
): Promise<SessionThread | null> {
  const { failure, thread } = await looks.thread(session);
  if (failure !== null) throw new Error(failure);
  return thread;
}

/** The facts that the orchestrator shows: the thread's name and model, and what all threads of the session cost. */
export async function sessionInfo(
  session: Session,
  looks: SessionLooks,
): Promise<AgentSessionInfo | null> {
  const evidence = await looks.thread(session, { withInfo: true });
  const { failure, model, thread, usage } = evidence;
  if (failure !== null) throw new Error(failure);
  if (thread === null) return null;
  const summary = evidence.summary === null ? null : shortened(evidence.summary);
  const plain = model === null ? "Codex session" : `Codex session (${model})`;
  return {
    summary: summary ?? plain,
    summaryIsFallback: summary === null,
    metadata: {
      [THREAD_KEY]: thread.threadId,
      ...(model === null ? {} : { [MODEL_KEY]: model }),
    },
    agentSessionId: basename(thread.rolloutPath).replace(/\.jsonl(\.zst)?$/, ""),
    ...(usage === null ? {} : { cost: costOf(usage) }),
  };
}

/** The model of the thread's last turn. */
export async function recordedModel({ rolloutPath }: SessionThread): Promise<string | null> {
  const activity = await native.readActivity(rolloutPath);
  // The end of a long turn does not name it.
  return activity?.model ?? (await native.rolloutUsage(rolloutPath))?.model ?? null;
}

function costOf(total: Usage): AgentSessionInfo["cost"] & object {
  const { estimatedCostUsd, inputTokens, outputTokens } = total;
  return { inputTokens, outputTokens, estimatedCostUsd };
}
