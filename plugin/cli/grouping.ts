/** What a bill is added up by. */
export const GROUPINGS = ["thread", "workspace", "model", "day"] as const;
export type Grouping = (typeof GROUPINGS)[number];
