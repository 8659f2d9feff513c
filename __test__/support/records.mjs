/** Records as Codex 0.132 and 0.169 write them, line by line. */

/** When everything happens that a test does not date itself. */
export const AT = "2026-05-20T08:00:00.000Z";

/** The id of a thread. A turn of that thread ends in `f`. */
export const threadId = (number) => `019e4464-e720-70ca-80b3-${String(number).padStart(12, "0")}`;

export const record = (timestamp, type, payload) => JSON.stringify({ timestamp, type, payload });

export const event = (payload, at = AT) => record(at, "event_msg", payload);

export const sessionMeta = (id, { cwd = "/home/dev/shop", at = AT, ...more } = {}) =>
  record(at, "session_meta", {
    id,
    timestamp: at,
    cwd,
    originator: "codex_exec",
    cli_version: "0.132.0",
    source: "exec",
    ...more,
  });

export const turnContext = ({
  turn_id = "turn-1",
  cwd = "/home/dev/shop",
  model = "gpt-5-codex",
  at = AT,
} = {}) => record(at, "turn_context", { turn_id, cwd, model });

export const taskStarted = (turn_id = "turn-1", at = AT) =>
  event({ type: "task_started", turn_id }, at);

export const taskComplete = (turn_id = "turn-1", at = AT) =>
  event({ type: "task_complete", turn_id }, at);

/** The counter at `total` after a response of `last`, each `[input, cached, output, reasoning]`. */
export const tokenCount = (total, last = total, at = AT) =>
  event(
    {
      type: "token_count",
      info: { total_token_usage: counts(total), last_token_usage: counts(last) },
      rate_limits: null,
    },
    at,
  );

/** The first records of a thread: what it is, and a turn that begins. */
export const opening = (id, meta) => [sessionMeta(id, meta), taskStarted(), turnContext()];

/** Those of a thread of one turn, with these records in it, that has ended. */
export const oneTurn = (id, { meta, within = [] } = {}) => [
  ...opening(id, meta),
  ...within,
  taskComplete(),
];

/** A record that carries no tokens: what most of a rollout is made of. */
export const message = (text, at = AT) =>
  record(at, "response_item", {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text }],
  });

export function counts([
  input_tokens,
  cached_input_tokens,
  output_tokens,
  reasoning_output_tokens,
]) {
  const total_tokens = input_tokens + output_tokens;
  return {
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_output_tokens,
    total_tokens,
  };
}

/** Whole lines. */
export const lines = (...records) => records.map((text) => `${text}\n`).join("");
