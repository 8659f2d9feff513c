/** What the addon answers, whole: the fields that a test does not name have the values of a thread of `records.mjs`. */
import { statSync } from "node:fs";
import { AT } from "./records.mjs";

/** Prices of gpt-5-codex in US dollars a token: fresh input, cached input, output. */
const [INPUT, CACHED, OUTPUT] = [1.25, 0.125, 10];

/** A usage, `[input, cached, output, reasoning]`, of gpt-5-codex where `cost` does not say otherwise. */
export const usage = ([input, cached, output, reasoning], cost) => ({
  inputTokens: input,
  cachedInputTokens: cached,
  cacheWriteInputTokens: 0,
  outputTokens: output,
  reasoningOutputTokens: reasoning,
  totalTokens: input + output,
  estimatedCostUsd:
    cost ?? ((input - cached) * INPUT + cached * CACHED + output * OUTPUT) / 1_000_000,
});

export const NOTHING = usage([0, 0, 0, 0]);

/** The head of the thread `id`, whose rollout is at `path`. */
export const head = (id, path, more = {}) => ({
  threadId: id,
  rolloutPath: path,
  workspacePath: "/home/dev/shop",
  kind: "root",
  parentThreadId: null,
  archived: false,
  compressed: false,
  createdAtMs: Date.parse(AT),
  updatedAtMs: Date.parse(AT),
  sizeBytes: statSync(path).size,
  cliVersion: "0.132.0",
  ...more,
});

/** The thread with what it was billed, all of it by gpt-5-codex where `models` does not say otherwise. */
export const thread = (id, path, billed, more = {}) => ({
  ...head(id, path),
  model: "gpt-5-codex",
  usage: billed,
  models: billed.totalTokens === 0 ? {} : { "gpt-5-codex": billed },
  tiers: billed.totalTokens === 0 ? {} : { standard: billed },
  planType: null,
  repository: null,
  branch: null,
  context: null,
  isEstimate: false,
  skippedRecords: 0,
  turn: "finished",
  turnId: "turn-1",
  lastRecordAtMs: Date.parse(AT),
  ...more,
});

export const PRICING = {
  source: "LiteLLM 1.109.1 model prices",
  asOf: "2026-11-28",
  defaultRated: [],
  familyRated: {},
};
