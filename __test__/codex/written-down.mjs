/**
 * Which billed responses Codex can have written down. What it never learned, or had no time to
 * write, is in no rollout, and nobody can count it.
 *
 * The facts were observed with real binaries; "until" names the last version seen to lose it.
 */
import { isAtMost } from "./versions.mjs";

/** Ends of a stream after which Codex does not know the usage, whatever the version. */
const NEVER_LEARNED = {
  failed: "the usage of `response.failed` is ignored",
  cut: "the stream ended before the usage was sent",
  held: "the process was killed or interrupted before the usage was sent",
  "no-usage": "`response.completed` came without usage",
};

/** What a scenario did to the process or thread after the response. */
const FATES = {
  /** SIGKILL while the tool that the response asked for was running. */
  "killed in its tool": { until: "0.153.4" },
  /** The process ended, or the turn was given up, while the response was on its way. */
  "in flight at the end": {},
  /** `--ephemeral`, or the thread was deleted. */
  "no rollout": {},
};

/** Memory extraction is billed under a thread id of its own and has no rollout. */
const UNRECORDED_SUBAGENTS = new Set(["memory_consolidation"]);

/** Until here an incomplete response is a stream error, and its usage is dropped with it. */
const INCOMPLETE_LOST_UNTIL = "0.153.4";

/** Until here rollouts hold no token counts at all. */
const NO_COUNTS_UNTIL = "0.33.0";

export const isWrittenDown = (entry) => {
  if (entry.usage === null || !entry.delivered) return false;
  if (entry.ending in NEVER_LEARNED) return false;
  if (UNRECORDED_SUBAGENTS.has(entry.subagent)) return false;
  if (isAtMost(entry.version, NO_COUNTS_UNTIL)) return false;
  if (entry.ending === "incomplete" && isAtMost(entry.version, INCOMPLETE_LOST_UNTIL)) return false;
  const fate = FATES[entry.fate];
  if (fate === undefined) return true;
  return fate.until !== undefined && !isAtMost(entry.version, fate.until);
};
