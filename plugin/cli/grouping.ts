/** The groupings of a bill. */
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

/** The groupings that only exports have: the machine, and a label by its key. */
export const GROUPINGS_OF_EXPORTS = "host, label:KEY";

export type Grouping = (typeof GROUPINGS)[number] | "host" | `label:${string}`;

/** The grouping of a name. */
export function groupingOf(name: string): Grouping | undefined {
  if (name === "host") return name;
  if (/^label:./.test(name)) return name as Grouping;
  return GROUPINGS.find((grouping) => grouping === name);
}

export function isOfExports(by: Grouping): boolean {
  return by === "host" || by.startsWith("label:");
}

/** Those that the orchestrator's metadata tells of. */
export const OF_SESSIONS: readonly Grouping[] = ["branch", "session", "pr"];
