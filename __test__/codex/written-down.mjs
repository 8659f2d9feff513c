/**
 * Which billed responses Codex can have written down. What it never learned, or had no time to
 * write, is in no rollout, and nobody can count it.
 *
 * The facts were observed with real binaries; ranges name the
 * first and last version that loses it, with nothing observed between a range and its neighbour.
 */
import { isWithin } from "./versions.mjs";

/** The fate of a response that is to be counted nowhere, although records of it exist. */
export const REPEATED_ELSEWHERE = "rollout removed";

/** The fate of a response whose count the machine lost. */
export const TORN_AWAY = "count torn away";

/** The fate of a response whose thread was deleted. */
export const DELETED = "thread deleted";

const ALWAYS = [["0.0.0", "999.0.0"]];

/** Ends of a stream after which Codex does not know the usage, whatever the version. */
const NEVER_LEARNED = {
  "out-of-room": "nothing was answered",
  failed: "the usage of `response.failed` is ignored",
  cut: "the stream ended before the usage was sent",
  held: "the process was killed or interrupted before the usage was sent",
  "no-usage": "`response.completed` came without usage",
};

/** What a scenario did to the process or thread after the response, and where that loses it. */
const FATES = {
  /**
   * SIGKILL while the tool that the response asked for was running. The count is written when
   * the tool has ended (to 0.45), as soon as the response has (0.47), after the tool again
   * (0.131), and at once as a `token_usage_record` (0.153).
   */
  "killed in its tool": [
    ["0.0.0", "0.45.0"],
    ["0.131.0", "0.152.1"],
  ],
  /** The process ended, or the turn was given up, while the response was on its way. */
  "in flight at the end": ALWAYS,
  /** The machine stopped in the middle of the line with the count. */
  [TORN_AWAY]: [["0.0.0", "0.152.1"]],
  /** `--ephemeral`. */
  "no rollout": ALWAYS,
  [DELETED]: ALWAYS,
  /** The file was removed; forks may still repeat what was in it. */
  [REPEATED_ELSEWHERE]: ALWAYS,
};

/** Memory extraction is billed under a thread id of its own and has no rollout. */
const UNRECORDED_SUBAGENTS = new Set(["memory_consolidation"]);

/** Here an incomplete response is a stream error, and its usage is dropped with it. */
const INCOMPLETE_IS_LOST = [["0.0.0", "0.162.1"]];

/** Here records have no field for tokens that were written to the cache. */
const NO_CACHE_WRITES = ["0.0.0", "0.144.6"];

/** Here rollouts hold no token counts at all. */
const NO_COUNTS = [["0.0.0", "0.33.0"]];

export const isWrittenDown = ({ usage, delivered, ending, fate, subagent, version }) => {
  if (usage === null || !delivered) return false;
  if (ending in NEVER_LEARNED || UNRECORDED_SUBAGENTS.has(subagent)) return false;
  const losses = [
    NO_COUNTS,
    ending === "incomplete" ? INCOMPLETE_IS_LOST : [],
    fate === null ? [] : FATES[fate],
  ];
  return !losses.flat().some(([first, last]) => isWithin(version, first, last));
};

/** The usage of a response as far as a record can say it. */
export const asWrittenDown = ({ usage, version }) =>
  isWithin(version, ...NO_CACHE_WRITES) ? { ...usage, cacheWriteInputTokens: 0 } : usage;
