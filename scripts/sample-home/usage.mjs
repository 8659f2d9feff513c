/** Token counts as the sample's ledger keeps them: what the imagined provider billed. */

const FIELDS = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "outputTokens",
  "reasoningOutputTokens",
  "totalTokens",
];

export const noUsage = () => Object.fromEntries(FIELDS.map((field) => [field, 0]));

export const added = (left, right) =>
  Object.fromEntries(FIELDS.map((field) => [field, left[field] + right[field]]));

/** One response over a context of so many tokens; what the provider has seen before is cached in steps of 128. */
export function drawUsage(random, { context, seen, cacheWrites }) {
  const cachedInputTokens = Math.floor(Math.min(seen, context - 1) / 128) * 128;
  const fresh = context - cachedInputTokens;
  const outputTokens = random.between(90, 1_400);
  return {
    inputTokens: context,
    cachedInputTokens,
    cacheWriteInputTokens: cacheWrites ? Math.floor(fresh / 256) * 128 : 0,
    outputTokens,
    reasoningOutputTokens: Math.floor((outputTokens * random.between(0, 70)) / 100),
    totalTokens: context + outputTokens,
  };
}
