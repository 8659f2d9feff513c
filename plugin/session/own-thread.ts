/** The threads of a session that its own hooks named, and the threads that are another session's. */

import { access } from "node:fs/promises";
import type { EventThread, HomeOptions, SessionEventsFound, ThreadHead } from "../../index.js";
import { listSessionEvents, listThreads } from "../../index.js";

/** What is needed of a thread to read it and to go on with it. */
export type SessionThread = Pick<ThreadHead, "threadId" | "rolloutPath">;

/** The session's latest thread whose rollout is there; `null` where its hooks have named none. */
export async function ownThread(noted: SessionEventsFound | null): Promise<SessionThread | null> {
  for (const { rolloutPath, threadId } of noted?.threads ?? []) {
    const found = rolloutPath === null ? null : await existing(rolloutPath);
    if (found !== null) return { threadId, rolloutPath: found };
  }
  return null;
}

/**
 * Whether the thread that was found by its directory may be the session's, as far as the hooks of this and of all other
 * sessions tell.
 */
export async function mayBeOwn(
  { createdAtMs, threadId }: ThreadHead,
  noted: SessionEventsFound | null,
  aoHome: string,
): Promise<boolean> {
  if (!isSinceLaunch(createdAtMs, noted)) return false;
  return !(await othersThreads(noted, aoHome)).has(threadId);
}

/** The newest root or fork of the directory that no other session's hooks have named. */
export async function unclaimedThread(
  workspacePath: string,
  noted: SessionEventsFound | null,
  home: HomeOptions,
  aoHome: string,
): Promise<ThreadHead | null> {
  const [{ threads }, claimed] = await Promise.all([
    listThreads({ ...home, workspacePath }),
    othersThreads(noted, aoHome),
  ]);
  const own = threads.find(
    ({ archived, createdAtMs, kind, threadId }) =>
      kind !== "subagent" &&
      !archived &&
      !claimed.has(threadId) &&
      isSinceLaunch(createdAtMs, noted),
  );
  return own ?? null;
}

/** Codex writes when a thread began in whole milliseconds, and may begin one before it has read its flags. */
function isSinceLaunch(createdAtMs: number | null, noted: SessionEventsFound | null): boolean {
  const launchedAtMs = noted?.launchedAtMs ?? null;
  return launchedAtMs === null || createdAtMs === null || createdAtMs >= launchedAtMs - 1_000;
}

async function othersThreads(
  noted: SessionEventsFound | null,
  aoHome: string,
): Promise<Set<string>> {
  const all = await listSessionEvents({ aoHome });
  const own = new Set(noted?.threads.map(({ threadId }) => threadId));
  const named = all.flatMap(({ threads }) => threads.map((thread: EventThread) => thread.threadId));
  return new Set(named.filter((threadId) => !own.has(threadId)));
}

/** Codex compresses rollouts that nobody has written for long. */
async function existing(rolloutPath: string): Promise<string | null> {
  for (const path of [rolloutPath, `${rolloutPath}.zst`]) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}
