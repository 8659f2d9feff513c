/** Columns that more than one table has. */
import type { HomeUsage, ThreadUsage, Usage } from "../../index.js";
import { count, dollars, path, plural, shortCount } from "../terminal/format.js";
import type { Column } from "../terminal/table.js";
import { plain, shorten, shortenPath } from "../terminal/text.js";
import { asTree } from "./tree.js";
import type { Branch } from "./tree.js";

/** A row of a table of threads: one of them, or the sum of all. */
export interface ThreadRow {
  branch: Branch | null;
  /** The text of the first cell, after the lines of the tree. */
  label: string;
  usage: Usage;
  /** True if its cost holds rates that are not the model's own at its tier. */
  isEstimate: boolean;
}

/**
 * A row for each thread of the home, subagents below their parents unless they are `flat`, and the row of their sum.
 */
export function threadRows(
  home: HomeUsage,
  flat: boolean = false,
): { rows: ThreadRow[]; total: ThreadRow } {
  const branches = flat
    ? home.threads.map((thread) => ({ thread, mark: "" }))
    : asTree(home.threads);
  const rows = branches.map((branch) => ({
    branch,
    label: workspaceOf(branch.thread),
    usage: branch.thread.usage,
    isEstimate: branch.thread.isEstimate,
  }));
  const total = {
    branch: null,
    label: plural(rows.length, "thread"),
    usage: home.totals,
    isEstimate: rows.some((row) => row.isEstimate),
  };
  return { rows, total };
}

function workspaceOf(thread: ThreadUsage): string {
  return thread.workspacePath === null ? "?" : path(thread.workspacePath);
}

export const workspaceColumn: Column<ThreadRow> = {
  header: "WORKSPACE",
  forms: [(row) => markOf(row) + row.label],
  flex: { good: 22, min: 14 },
  cut: cutWorkspace,
};

export const threadColumn: Column<ThreadRow> = {
  header: "THREAD",
  forms: [(row) => plain(row.branch?.thread.threadId ?? "")],
  flex: { good: 11, min: 11 },
  rank: 3,
};

export const modelColumn: Column<ThreadRow> = {
  header: "MODEL",
  forms: [(row) => plain(row.branch ? (row.branch.thread.model ?? "?") : "")],
  flex: { good: 18, min: 13 },
  rank: 4,
};

/** Room for a path's end that says something; a deeper tree gives up its lines. */
const LEAST_PATH = 5;

function cutWorkspace(row: ThreadRow, columns: number): string {
  const mark = markOf(row);
  const left = columns - mark.length;
  return left < LEAST_PATH
    ? shorten(mark + row.label, columns)
    : mark + shortenPath(row.label, left);
}

function markOf(row: ThreadRow): string {
  return row.branch?.mark ?? "";
}

type Counted = { usage: Usage };

export function tokenColumn(
  header: string,
  field: Exclude<keyof Usage, "estimatedCostUsd">,
  rank?: number,
): Column<Counted> {
  return {
    header,
    forms: [(row) => count(row.usage[field]), (row) => shortCount(row.usage[field])],
    align: "right",
    ...(rank !== undefined && { rank }),
  };
}

export const costColumn: Column<Counted & { isEstimate: boolean }> = {
  header: "COST",
  forms: [(row) => (row.isEstimate ? "~" : "") + dollars(row.usage.estimatedCostUsd)],
  align: "right",
};
