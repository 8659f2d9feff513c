/** Token counts as this test keeps them, under the names that `ao-codex usage --json` prints. */

export const COUNTS = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "outputTokens",
  "reasoningOutputTokens",
  "totalTokens",
];

export const noUsage = () => Object.fromEntries(COUNTS.map((count) => [count, 0]));

export const sumUsage = (usages) => {
  const sum = noUsage();
  for (const usage of usages) for (const count of COUNTS) sum[count] += usage[count];
  return sum;
};

/** What one response costs: parts never exceed their whole, and no two draws are likely equal. */
export const drawUsage = (random, { input = [900, 9000], output = [20, 700] } = {}) => {
  const inputTokens = random.between(...input);
  const cachedInputTokens = random.between(0, inputTokens);
  const cacheWriteInputTokens = random.between(0, inputTokens - cachedInputTokens);
  const outputTokens = random.between(...output);
  const reasoningOutputTokens = random.between(0, outputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens,
    reasoningOutputTokens,
    totalTokens: inputTokens + outputTokens,
  };
};

/** The same counts as the Responses API sends them. */
export const toWire = (usage) => ({
  input_tokens: usage.inputTokens,
  input_tokens_details: {
    cached_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteInputTokens,
  },
  output_tokens: usage.outputTokens,
  output_tokens_details: { reasoning_tokens: usage.reasoningOutputTokens },
  total_tokens: usage.totalTokens,
});
