/** The Codex thread of a session: the newest one whose rollout names the session's workspace. */

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { AgentSessionInfo, Session } from "@composio/ao-core";
import type { ThreadHead, ThreadUsage } from "../index.js";
import * as native from "../index.js";

/** Where to look; absent, Codex's own home. */
export interface ThreadSearch {
  codexHome?: string;
}

/** `null` where there is none yet. Never remembered: the first rollout of a session is seen by the next call. */
export async function findThread(
  session: Session,
  search: ThreadSearch,
): Promise<ThreadHead | null> {
  if (session.workspacePath === null) return null;
  try {
    return await native.findRollout(session.workspacePath, search);
  } catch (error) {
    // Before Codex runs for the first time there is no home: nothing is wrong with that.
    if (!existsSync(codexHomeOf(search))) return null;
    throw error;
  }
}

function codexHomeOf({ codexHome }: ThreadSearch): string {
  return codexHome ?? (process.env["CODEX_HOME"] || join(homedir(), ".codex"));
}

/** What the orchestrator shows of a thread: its name, its model and what it cost, with its subagents. */
export async function threadInfo(
  thread: ThreadHead,
  search: ThreadSearch,
): Promise<AgentSessionInfo> {
  const usage = await native.threadUsage(thread.threadId, search);
  const model = usage?.thread.model ?? null;
  return {
    summary: `Codex session${model === null ? "" : ` (${model})`}`,
    summaryIsFallback: true,
    agentSessionId: rolloutName(thread),
    ...(usage === null ? {} : { cost: costOf(usage.total) }),
  };
}

function rolloutName({ rolloutPath }: ThreadHead): string {
  return basename(rolloutPath).replace(/\.jsonl(\.zst)?$/, "");
}

function costOf({ inputTokens, outputTokens, estimatedCostUsd }: ThreadUsage["usage"]) {
  return { inputTokens, outputTokens, estimatedCostUsd };
}
