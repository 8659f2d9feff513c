/** `ao-codex usage --format csv` and `--format markdown`: the groups of a bill for other programs and documents. */
import type { HomeUsage, UsageGroup } from "../../index.js";
import { count, dollars } from "../terminal/format.js";
import { onSubscription } from "../terminal/notes.js";
import { plain } from "../terminal/text.js";
import type { Grouping } from "./grouping.js";

const FIELDS = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "outputTokens",
  "reasoningOutputTokens",
  "totalTokens",
] as const;

/** The names of a group, one for each thing that it is by. */
export function namesOf({ key }: Pick<UsageGroup, "key">): string[] {
  return typeof key === "string" ? [key] : key;
}

/**
 * As RFC 4180 has it, but for its line ends: numbers as they are, and no row of totals that a sum would count again.
 */
export function csvLines(groups: readonly UsageGroup[], by: readonly Grouping[]): string[] {
  const rows = groups.map(({ threads, usage, isEstimate, ...group }) => [
    ...namesOf(group).map((name) => quoted(plain(name))),
    threads,
    ...FIELDS.map((field) => usage[field]),
    usage.estimatedCostUsd,
    isEstimate,
  ]);
  return [[...by, "threads", ...FIELDS, "estimatedCostUsd", "isEstimate"], ...rows].map((row) =>
    row.join(","),
  );
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table with totals, for an issue or a page. */
export function markdownLines(
  { threads, totals }: HomeUsage,
  groups: readonly UsageGroup[],
  by: readonly Grouping[],
): string[] {
  const cost = onSubscription(threads).length > 0 ? "cost at API prices" : "cost";
  const figures = ["threads", "input", "cached", "output", "total", cost];
  const cells = (of: number, usage: HomeUsage["totals"], isEstimate: boolean) => [
    count(of),
    ...[usage.inputTokens, usage.cachedInputTokens, usage.outputTokens, usage.totalTokens].map(
      count,
    ),
    (isEstimate ? "~" : "") + dollars(usage.estimatedCostUsd),
  ];
  const rows = groups.map((group) => [
    ...namesOf(group).map((name) => plain(name).replaceAll(/[|\\`<*_[\]]/g, "\\$&")),
    ...cells(group.threads, group.usage, group.isEstimate),
  ]);
  const isEstimate = threads.some((thread) => thread.isEstimate);
  const total = by.map((_, at) => (at === 0 ? "**total**" : ""));
  return [
    [...by, ...figures],
    [...by.map(() => "---"), ...figures.map(() => "---:")],
    ...rows,
    [...total, ...cells(threads.length, totals, isEstimate)],
  ].map((row) => `| ${row.join(" | ")} |`);
}
