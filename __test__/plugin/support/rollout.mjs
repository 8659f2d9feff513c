/** Writes rollouts as Codex does, for the states and threads that a test needs. */
import { randomUUID } from "node:crypto";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const DAY = "2026/01/02";

/** Where a rollout of this thread lies. */
export const rolloutPath = (codexHome, threadId, time = "10-00-00") =>
  join(codexHome, "sessions", DAY, `rollout-2026-01-02T${time}-${threadId}.jsonl`);

/** Writes a rollout and says what it is; `records` are `[type, payload]` or `[type, payload, agoMs]`. */
export const writeRollout = async (
  codexHome,
  { cwd, records = [], threadId = randomUUID(), meta = {}, ageMs = 0, time },
) => {
  const path = rolloutPath(codexHome, threadId, time);
  const line = (type, payload, agoMs = ageMs) =>
    `${JSON.stringify({ timestamp: new Date(Date.now() - agoMs).toISOString(), type, payload })}\n`;
  const first = line("session_meta", {
    id: threadId,
    timestamp: "2026-01-02T10:00:00.000Z",
    cwd,
    originator: "codex_cli_rs",
    cli_version: "0.169.0",
    source: "cli",
    ...meta,
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, first + records.map((record) => line(...record)).join(""));
  const writtenAt = new Date(Date.now() - ageMs);
  await utimes(path, writtenAt, writtenAt);
  return { path, threadId, name: path.split("/").at(-1).replace(".jsonl", "") };
};

export const turnContext = (model, turnId = "turn-1") => [
  "turn_context",
  { turn_id: turnId, model, cwd: "/home/dev/project" },
];

export const event = (type, payload = {}, ...rest) => ["event_msg", { type, ...payload }, ...rest];

/** One response that was billed, and the counter after it. */
export const tokenCount = (last, total = last) =>
  event("token_count", { info: { last_token_usage: wire(last), total_token_usage: wire(total) } });

const wire = ([input, cached, output]) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
});
