/** Codex homes of a test: temporary folders with rollouts, gone when the test is over. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An empty folder; `t` is the test that it lives as long as. */
export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "ao-codex-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A Codex home with these rollouts (`rollout` below): path of the home, and of each rollout in their order. */
export function codexHome(t, rollouts) {
  const home = temporaryFolder(t);
  mkdirSync(join(home, "sessions"));
  const paths = rollouts.map(({ name, text, writtenAt }) => {
    const path = join(home, "sessions", ...writtenAt.slice(0, 10).split("-"), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    utimesSync(path, new Date(writtenAt), new Date(writtenAt));
    return path;
  });
  return { home, paths };
}

/**
 * The rollout of a thread as Codex 0.132 writes it: one turn whose responses have these `usages`
 * (`[input, cached, output, reasoning]`), written at these times.
 */
export function rollout({
  id,
  cwd,
  model = "gpt-5-codex",
  at,
  responses = [],
  meta = {},
  end = "task_complete",
}) {
  const event = (timestamp, payload) => record(timestamp, "event_msg", payload);
  const turn_id = `${id.slice(0, -1)}f`;
  const total = [0, 0, 0, 0];
  const lines = [
    record(at, "session_meta", {
      id,
      timestamp: at,
      cwd,
      originator: "codex_exec",
      cli_version: "0.132.0",
      source: "exec",
      ...meta,
    }),
    event(at, { type: "task_started", turn_id }),
    record(at, "turn_context", { turn_id, cwd, model }),
  ];
  for (const { time = at, usage } of responses) {
    usage.forEach((value, field) => (total[field] += value));
    const info = { total_token_usage: counts(total), last_token_usage: counts(usage) };
    lines.push(event(time, { type: "token_count", info, rate_limits: null }));
  }
  const writtenAt = responses.at(-1)?.time ?? at;
  if (end !== null) lines.push(event(writtenAt, { type: end, turn_id }));
  const name = `rollout-${at.slice(0, 19).replaceAll(":", "-")}-${id}.jsonl`;
  return { name, writtenAt, text: lines.map((line) => `${line}\n`).join("") };
}

const record = (timestamp, type, payload) => JSON.stringify({ timestamp, type, payload });

function counts([input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens]) {
  const total_tokens = input_tokens + output_tokens;
  return {
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_output_tokens,
    total_tokens,
  };
}
