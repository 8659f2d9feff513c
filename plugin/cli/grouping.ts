/** What a bill is added up by. */
export const GROUPINGS = [
  "thread",
  "workspace",
  "repo",
  "branch",
  "session",
  "pr",
  "model",
  "tier",
  "kind",
  "hour",
  "day",
  "week",
  "month",
] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Those that the orchestrator's metadata tells of. */
export const OF_SESSIONS: readonly Grouping[] = ["branch", "session", "pr"];
