/**
 * Checks the lab's own books: is what the ledger calls written down really in the rollouts, and
 * nothing else? Figures are random and therefore unique, so it is enough to look for them; no
 * counter is followed and no rule of accounting is used here.
 *
 * A difference means that written-down.mjs is wrong, not the command under test.
 */
import { readFile } from "node:fs/promises";

import { rolloutFiles } from "./rollout-files.mjs";
import { isWrittenDown, REPEATED_ELSEWHERE } from "./written-down.mjs";
import { zstdText } from "./zstd.mjs";

/** Sentences about entries whose figures are missing in, or unexpectedly part of, the rollouts. */
export const contradictions = async (ledger, codexHome) => {
  const seen = new Set();
  for (const { path } of await rolloutFiles(codexHome)) {
    const text = path.endsWith(".zst") ? await zstdText(path) : await readFile(path, "utf8");
    for (const line of text.split("\n")) collect(line, seen);
  }
  return ledger.entries
    .filter((entry) => entry.fate !== REPEATED_ELSEWHERE)
    .filter((entry) => seen.has(fingerprint(wireNames(entry.usage))) !== isWrittenDown(entry))
    .map((entry) => {
      const verb = isWrittenDown(entry) ? "is not" : "is";
      return `${entry.responseId} (${entry.ending}, ${entry.fate ?? "no fate"}) ${verb} in a rollout`;
    });
};

function collect(line, seen) {
  let record;
  try {
    record = JSON.parse(line);
  } catch {
    return;
  }
  if (record.type === "token_usage_record") seen.add(fingerprint(record.payload.usage));
  const info = record.type === "event_msg" ? record.payload.info : null;
  if (record.payload?.type === "token_count" && info) {
    seen.add(fingerprint(info.last_token_usage));
  }
}

function wireNames(usage) {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_output_tokens: usage.reasoningOutputTokens,
  };
}

function fingerprint(usage) {
  return [
    usage.input_tokens,
    usage.cached_input_tokens,
    usage.output_tokens,
    usage.reasoning_output_tokens,
  ].join("/");
}
