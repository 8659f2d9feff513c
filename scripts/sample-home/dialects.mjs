/**
 * The dialect of each version of Codex: the differences between the eras of the rollout format, as observed with the
 * real binaries. A dialect is data; `records.mjs` and `thread.mjs` read it.
 *
 * - `envelope`: `flat` (bare items), `plain` (timestamp, type, payload), `ordinal` (numbered lines)
 * - `restarts`: the counter of a resumed thread starts at zero again, in the same file
 * - `repeats`: every count is written a second time, by the rate limit update before the next response
 * - `nullInfo`: a `token_count` without counts opens every `process`, the `thread`, or nothing
 * - `countAfter`: the count of a response is written before its `call`, after it, or after its `output`
 * - `contexts`: a `turn_context` per model `request` or per `turn`
 * - `turns`: the life cycle of a turn is recorded (`task_started`, `task_complete`), with ids
 * - `items`: `item_completed` events in the place of `user_message` and `agent_message`
 * - `tur`: a `token_usage_record` for every response
 * - `forks`: a fork `replays` its parent's lines or `points` into its parent's file
 */

const first = { envelope: "plain", restarts: true, ids: "v4", countAfter: "call-before" };
const echoing = {
  ...first,
  ids: "v7",
  repeats: true,
  nullInfo: "process",
  contexts: "request",
  forks: "replays",
};
const kept = { ...echoing, restarts: false, nullInfo: "thread", countAfter: "call" };
const clean = {
  ...kept,
  repeats: false,
  nullInfo: undefined,
  countAfter: "output",
  contexts: "turn",
  turns: true,
};
const paginated = {
  ...clean,
  envelope: "ordinal",
  items: true,
  cacheWrites: true,
  passthrough: true,
  forks: "points",
};

export const dialects = {
  "0.20.0": { version: "0.20.0", envelope: "flat", ids: "v4" },
  "0.34.0": { version: "0.34.0", ...first },
  "0.45.0": { version: "0.45.0", ...echoing },
  "0.72.0": { version: "0.72.0", ...echoing, countAfter: "call", provider: true },
  "0.80.0": { version: "0.80.0", ...kept, provider: true },
  "0.125.0": {
    version: "0.125.0",
    ...kept,
    provider: true,
    base: true,
    turns: true,
    contexts: "turn",
  },
  "0.132.0": { version: "0.132.0", ...clean, provider: true, base: true },
  "0.144.6": {
    version: "0.144.6",
    ...clean,
    provider: true,
    base: true,
    history: "legacy",
    passthrough: true,
  },
  "0.150.1": {
    version: "0.150.1",
    ...paginated,
    provider: true,
    base: true,
    history: "paginated",
    restarts: true,
  },
  "0.154.0": {
    version: "0.154.0",
    ...paginated,
    provider: true,
    base: true,
    history: "paginated",
    tur: true,
  },
  "0.169.0": {
    version: "0.169.0",
    ...paginated,
    provider: true,
    base: true,
    history: "paginated",
    tur: true,
    roots: true,
  },
};
