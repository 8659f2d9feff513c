/** The sessions of orchestrators on this machine, as far as a bill is added up by them. */
import type * as Addon from "../../index.js";
import { metadataFile, readMetadata } from "../doctor/metadata-file.js";
import { allSessions } from "../doctor/session.js";

/** Sessions with their branches, pull requests, work trees and the threads that their hooks named. */
export async function orchestratorSessions(
  native: Pick<typeof Addon, "listSessionEvents">,
  aoHome: string,
): Promise<Addon.OrchestratorSession[]> {
  const events = await native.listSessionEvents({ aoHome }).catch(() => []);
  const threads = new Map(
    events.map(({ sessionId, threads: named }) => [sessionId, named.map((one) => one.threadId)]),
  );
  const described = allSessions().flatMap(({ directory, session: id }) => {
    const file = metadataFile(directory, id);
    const metadata = file === null ? null : readMetadata(file);
    if (metadata === null) return [];
    const { branch, pr, worktree, codexThreadId } = metadata;
    const threadIds = [...(threads.get(id) ?? []), ...(codexThreadId ? [codexThreadId] : [])];
    threads.delete(id);
    return [
      {
        id,
        threadIds,
        ...(branch && { branch }),
        ...(pr && { pr }),
        ...(worktree && { workspacePath: worktree }),
      },
    ];
  });
  return [...described, ...[...threads].map(([id, threadIds]) => ({ id, threadIds }))];
}
