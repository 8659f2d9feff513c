/** The evidence about the threads of a home besides their rollouts' states: what hooks told, and why turns failed. */

import type * as Addon from "../../../index.js";
import { readFailures } from "./failures.js";
import { readHookEvidence } from "./hook-evidence.js";
import type { HookEvidence } from "./hook-evidence.js";

/** The reason why turns failed is read only where it is `explained`: each takes a look at the end of a rollout. */
export async function readThreadEvidence(
  native: Pick<typeof Addon, "listSessionEvents" | "readTurnFailure">,
  aoHome: string,
  home: Pick<Addon.HomeUsage, "threads">,
  isExplained: boolean,
): Promise<HookEvidence> {
  const [hooks, failures] = await Promise.all([
    readHookEvidence(native, aoHome),
    isExplained ? readFailures(native, home) : new Map(),
  ]);
  return { ...hooks, failures };
}
