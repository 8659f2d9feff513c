/** The reason why threads are blocked: what the ends of their rollouts say of it. */

import type * as Addon from "../../../index.js";
import type { HomeUsage, TurnFailure } from "../../../index.js";

/** Reads them for the threads of a home whose last turn has failed; one that cannot be read has no reason. */
export async function readFailures(
  native: Pick<typeof Addon, "readTurnFailure">,
  { threads }: Pick<HomeUsage, "threads">,
): Promise<Map<string, TurnFailure>> {
  const failed = threads.filter(({ turn }) => turn === "failed");
  const read = failed.map(async ({ rolloutPath, threadId }) => {
    const failure = await native.readTurnFailure(rolloutPath).catch(() => null);
    return failure === null ? [] : [[threadId, failure] as const];
  });
  return new Map((await Promise.all(read)).flat());
}
