/** The Codex thread of a session: the newest one whose rollout names the session's workspace. */

import { basename } from "node:path";
import type { AgentSessionInfo, Session } from "@composio/ao-core";
import type { HomeOptions, RolloutActivity, ThreadFamilyUsage, ThreadHead } from "../index.js";
import * as native from "../index.js";
import { Gathered } from "./gather.js";

/** The threads of one Codex home. Nothing is remembered: the first rollout of a session is seen by the next call. */
export class SessionThreads {
  readonly #home: HomeOptions;
  readonly #heads: Gathered<string, ThreadHead | null>;
  readonly #usages: Gathered<string, ThreadFamilyUsage | null>;

  /** `codexHome` as the user named it; `null` for Codex's own. */
  constructor(codexHome: string | null) {
    this.#home = codexHome === null ? {} : { codexHome };
    this.#heads = new Gathered((workspaces) => native.findRollouts(workspaces, this.#home));
    this.#usages = new Gathered((threadIds) => native.threadUsages(threadIds, this.#home));
  }

  /** The session's thread; `null` where there is none yet. */
  async find(session: Session): Promise<ThreadHead | null> {
    if (session.workspacePath === null) return null;
    return this.#heads.ask(session.workspacePath);
  }

  /** What the thread is doing, as far as its records tell. */
  async activity(session: Session): Promise<RolloutActivity | null> {
    const thread = await this.find(session);
    return thread === null ? null : native.readActivity(thread.rolloutPath);
  }

  /** What the orchestrator shows of a thread: its name, its model and what it cost, with its subagents. */
  async info(session: Session): Promise<AgentSessionInfo | null> {
    const thread = await this.find(session);
    if (thread === null) return null;
    const usage = await this.#usages.ask(thread.threadId);
    const model = usage?.thread.model ?? null;
    return {
      summary: model === null ? "Codex session" : `Codex session (${model})`,
      summaryIsFallback: true,
      agentSessionId: basename(thread.rolloutPath).replace(/\.jsonl(\.zst)?$/, ""),
      ...(usage === null ? {} : { cost: costOf(usage) }),
    };
  }
}

/** The model of the thread's last turn. */
export async function recordedModel({ rolloutPath }: ThreadHead): Promise<string | null> {
  const activity = await native.readActivity(rolloutPath);
  // The end of a long turn does not name it.
  return activity?.model ?? (await native.rolloutUsage(rolloutPath))?.model ?? null;
}

function costOf({ total }: ThreadFamilyUsage): AgentSessionInfo["cost"] & object {
  const { estimatedCostUsd, inputTokens, outputTokens } = total;
  return { inputTokens, outputTokens, estimatedCostUsd };
}
