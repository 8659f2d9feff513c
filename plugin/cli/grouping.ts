/** What a bill is added up by. */
export const GROUPINGS = ["thread", "workspace", "model", "day", "tier"] as const;
export type Grouping = (typeof GROUPINGS)[number];
