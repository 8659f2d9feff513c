/** The tables of `ao-codex usage`. */
import type { HomeUsage, UsageGroup } from "../../index.js";
import {
  costColumn,
  modelColumn,
  threadColumn,
  threadRows,
  tokenColumn,
  workspaceColumn,
} from "./columns.js";
import type { ThreadRow } from "./columns.js";
import { count, path } from "../terminal/format.js";
import { priceNotes, skippedNotes } from "../terminal/notes.js";
import { printNothing, printTable } from "./print.js";
import type { Column } from "../terminal/table.js";
import { plain, shorten, shortenPath } from "../terminal/text.js";
import type { Grouping } from "./grouping.js";

export function printUsage(home: HomeUsage, by: Grouping, workspace: string | undefined): void {
  const skipped = skippedNotes(home);
  if (home.threads.length === 0) return printNothing("usage", home, workspace, skipped);
  const notes = [...priceNotes(home), ...skipped];
  if (by === "thread" || home.groups === null) return printThreads(home, notes);
  return printGroups(home, home.groups, by, notes);
}

const tokenColumns = [
  tokenColumn("INPUT", "inputTokens", 1),
  tokenColumn("CACHED", "cachedInputTokens", 6),
  tokenColumn("OUTPUT", "outputTokens", 2),
  tokenColumn("REASONING", "reasoningOutputTokens", 7),
  tokenColumn("TOTAL", "totalTokens"),
];

function printThreads(home: HomeUsage, notes: readonly string[]): void {
  const { rows, total } = threadRows(home);
  const table = [workspaceColumn, threadColumn, modelColumn, ...tokenColumns, costColumn];
  printTable<ThreadRow>(table, rows, total, notes);
}

function printGroups(
  home: HomeUsage,
  groups: readonly UsageGroup[],
  by: Grouping,
  notes: readonly string[],
): void {
  const isEstimate = home.threads.some((thread) => thread.isEstimate);
  const rows = groups.map((group) => ({
    ...group,
    key: by === "workspace" ? path(group.key) : plain(group.key),
  }));
  const total = { key: "total", threads: home.threads.length, usage: home.totals, isEstimate };
  const table: Column<UsageGroup>[] = [
    {
      header: by.toUpperCase(),
      forms: [(row) => row.key],
      flex: { good: 22, min: 16 },
      cut: (row, width) => (by === "workspace" ? shortenPath : shorten)(row.key, width),
    },
    { header: "THREADS", forms: [(row) => count(row.threads)], align: "right", rank: 5 },
    ...tokenColumns,
    costColumn,
  ];
  printTable(table, rows, total, notes);
}
