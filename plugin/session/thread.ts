/**
 * The Codex thread of a session: the one that its own hooks named last, else the one that the orchestrator recorded, else
 * the newest one of its directory.
 */

import { basename } from "node:path";
import type { AgentSessionInfo, Session } from "../host.js";
import type { HomeOptions, RolloutActivity, Usage } from "../../index.js";
import * as native from "../../index.js";
import { familiesTotal } from "./families.js";
import type { SessionEvents } from "./hook-events.js";
import type { SessionThread } from "./own-thread.js";
import { mayBeOwn, ownThread, unclaimedThread } from "./own-thread.js";
import { Summaries } from "./summary.js";
import { isThreadId } from "../thread-id.js";

/** The keys of a session's metadata under which later orchestrators keep them. */
const THREAD_KEY = "codexThreadId";
const MODEL_KEY = "codexModel";

/**
 * The threads of one Codex home. Nothing is remembered here, so that the first rollout of a session is seen by the next
 * call; what the addon remembers makes one look at the home serve all who ask at the same time.
 */
export class SessionThreads {
  readonly #home: HomeOptions;
  readonly #aoHome: string;
  readonly #events: SessionEvents;
  readonly #summaries = new Summaries();

  /** `codexHome` as the user named it; `null` for Codex's own. */
  constructor(codexHome: string | null, aoHome: string, events: SessionEvents) {
    this.#aoHome = aoHome;
    this.#events = events;
    this.#home = codexHome === null ? {} : { codexHome };
  }

  /** The session's thread; `null` where there is none yet. */
  async find(session: Session): Promise<SessionThread | null> {
    const noted = await this.#events.of(session);
    const own = (await ownThread(noted)) ?? (await this.#recorded(session));
    // A session that is only planned has none yet, or says nothing of it.
    const workspacePath = session.workspacePath ?? null;
    if (own !== null || workspacePath === null) return own;
    const newest = await native.findRollout(workspacePath, this.#home);
    if (newest === null || (await mayBeOwn(newest, noted, this.#aoHome))) return newest;
    return unclaimedThread(workspacePath, noted, this.#home, this.#aoHome);
  }

  /** Later orchestrators record the thread that `info` names; it counts wherever the workspace is now. */
  async #recorded({ metadata }: Session): Promise<SessionThread | null> {
    const threadId = metadata?.[THREAD_KEY];
    if (threadId === undefined || !isThreadId(threadId)) return null;
    const [found] = await native.threadUsages([threadId], this.#home);
    const thread = found?.thread;
    return thread && thread.kind !== "subagent" && !thread.archived ? thread : null;
  }

  /** What the thread is doing, as far as its records tell. */
  async activity(session: Session): Promise<RolloutActivity | null> {
    const thread = await this.find(session);
    return thread === null ? null : native.readActivity(thread.rolloutPath);
  }

  /** What the orchestrator shows: the thread's name and model, and what all threads of the session cost. */
  async info(session: Session): Promise<AgentSessionInfo | null> {
    const thread = await this.find(session);
    if (thread === null) return null;
    const noted = await this.#events.of(session);
    const ids = new Set([thread.threadId, ...(noted?.threads ?? []).map((one) => one.threadId)]);
    const usages = await native.threadUsages([...ids], this.#home);
    const model = usages[0]?.thread.model ?? null;
    const total = familiesTotal(usages.filter((usage) => usage !== null));
    const home = this.#home.codexHome ?? (await native.places()).codexHome ?? "";
    const summary = await this.#summaries.of(thread, home);
    const plain = model === null ? "Codex session" : `Codex session (${model})`;
    return {
      summary: summary ?? plain,
      summaryIsFallback: summary === null,
      metadata: {
        [THREAD_KEY]: thread.threadId,
        ...(model === null ? {} : { [MODEL_KEY]: model }),
      },
      agentSessionId: basename(thread.rolloutPath).replace(/\.jsonl(\.zst)?$/, ""),
      ...(total === null ? {} : { cost: costOf(total) }),
    };
  }
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
