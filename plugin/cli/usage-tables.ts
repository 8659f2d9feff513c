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
import { count, path, plural } from "../terminal/format.js";
import { priceNotes, skippedNotes } from "../terminal/notes.js";
import { printNothing, printTable } from "./print.js";
import type { Column } from "../terminal/table.js";
import { plain, shorten, shortenPath } from "../terminal/text.js";
import type { Grouping } from "./grouping.js";
import { namesOf } from "./usage-rows.js";

interface View {
  workspace: string | undefined;
  /** The homes that were asked for. */
  homes?: readonly string[];
  limit?: number;
  notes?: readonly string[];
}

export function printUsage(home: HomeUsage, by: readonly Grouping[], view: View): void {
  const skipped = skippedNotes(home);
  if (home.threads.length === 0)
    return printNothing("usage", view.homes ?? [home.codexHome], view.workspace, skipped);
  const notes = [
    ...hiddenNotes(home, by, view),
    ...(by.includes("week") ? ["Weeks begin on Monday (ISO 8601)."] : []),
    ...(view.notes ?? []),
    ...priceNotes(home),
    ...skipped,
  ];
  if (by.length === 1 && by[0] === "thread") return printThreads(home, view.limit, notes);
  return printGroups(home, by, view.limit, notes);
}

function hiddenNotes(home: HomeUsage, by: readonly Grouping[], { limit }: View): string[] {
  const isThreads = by.length === 1 && by[0] === "thread";
  const rows = isThreads ? home.threads.length : (home.groups?.length ?? 0);
  const hidden = rows - (limit ?? rows);
  return hidden > 0 ? [`${plural(hidden, "more row")} in the total, not shown.`] : [];
}

/** Cache writes have a column where there are any, so that a bill can be recomputed by hand. */
function tokenColumns({ totals }: HomeUsage) {
  return [
    tokenColumn("INPUT", "inputTokens", 1),
    tokenColumn("CACHED", "cachedInputTokens", 6),
    ...(totals.cacheWriteInputTokens > 0
      ? [tokenColumn("CACHE WRITE", "cacheWriteInputTokens", 8)]
      : []),
    tokenColumn("OUTPUT", "outputTokens", 2),
    tokenColumn("REASONING", "reasoningOutputTokens", 7),
    tokenColumn("TOTAL", "totalTokens"),
  ];
}

function printThreads(home: HomeUsage, limit: number | undefined, notes: readonly string[]): void {
  const { rows, total } = threadRows(home);
  const table = [workspaceColumn, threadColumn, modelColumn, ...tokenColumns(home), costColumn];
  printTable<ThreadRow>(table, rows.slice(0, limit), total, notes);
}

interface GroupRow extends Pick<UsageGroup, "threads" | "usage" | "isEstimate"> {
  names: string[];
}

function printGroups(
  home: HomeUsage,
  by: readonly Grouping[],
  limit: number | undefined,
  notes: readonly string[],
): void {
  const rows = (home.groups ?? []).slice(0, limit).map((group) => ({
    ...group,
    names: namesOf(group).map((name, at) => wordsFor(name, by[at])),
  }));
  const total = {
    names: by.map((_, at) => (at === 0 ? "total" : "")),
    threads: home.threads.length,
    usage: home.totals,
    isEstimate: home.threads.some((thread) => thread.isEstimate),
  };
  const table: Column<GroupRow>[] = [
    ...by.map((name, at) => nameColumn(name, at)),
    { header: "THREADS", forms: [(row) => count(row.threads)], align: "right", rank: 5 },
    ...tokenColumns(home),
    costColumn,
  ];
  printTable(table, rows, total, notes);
}

/** The second of two names may be short, but a model's says little without its end. */
function widthsOf(by: Grouping, at: number): { good: number; min: number } {
  if (at === 0) return { good: 22, min: 16 };
  return by === "model" ? { good: 18, min: 14 } : { good: 12, min: 8 };
}

/** Of two names the first leaves last. */
function nameColumn(by: Grouping, at: number): Column<GroupRow> {
  const nameOf = (row: GroupRow) => row.names[at] ?? "";
  const isPath = by === "workspace" || by === "repo";
  return {
    header: by.toUpperCase(),
    forms: [nameOf],
    flex: widthsOf(by, at),
    cut: (row, width) => (isPath ? shortenPath : shorten)(nameOf(row), width),
    ...(at > 0 && { rank: 3 }),
  };
}

/** The fields that a thread or an export need not have. */
const MAY_BE_NONE = /^(?:pr|session|branch|label:.*)$/;

function wordsFor(name: string, by: Grouping | undefined): string {
  if (name === "unknown" && by !== undefined && MAY_BE_NONE.test(by)) return "none";
  if (by === "hour") return plain(name.replace("T", " "));
  return by === "workspace" || by === "repo" ? path(name) : plain(name);
}
