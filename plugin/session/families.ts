/** What several threads cost together, each with its subagents. */

import type { ThreadFamilyUsage, ThreadUsage, Usage } from "../../index.js";

/** Every thread once, also where one family is part of another; `null` for none. */
export function familiesTotal(families: readonly ThreadFamilyUsage[]): Usage | null {
  const [first, ...others] = families;
  if (first === undefined || others.length === 0) return first?.total ?? null;
  const threads = new Map<string, ThreadUsage>();
  for (const { subagents, thread } of families) {
    for (const one of [thread, ...subagents]) threads.set(one.threadId, one);
  }
  return [...threads.values()].map(({ usage }) => usage).reduce(sum);
}

function sum(left: Usage, right: Usage): Usage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
    cacheWriteInputTokens: left.cacheWriteInputTokens + right.cacheWriteInputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    reasoningOutputTokens: left.reasoningOutputTokens + right.reasoningOutputTokens,
    totalTokens: left.totalTokens + right.totalTokens,
    estimatedCostUsd: left.estimatedCostUsd + right.estimatedCostUsd,
  };
}
