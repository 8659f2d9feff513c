/** The table of `ao-codex sessions`. */
import type { ActivityState } from "../host.js";
import type { HomeUsage, ThreadUsage } from "../../index.js";
import {
  costColumn,
  modelColumn,
  threadColumn,
  threadRows,
  tokenColumn,
  workspaceColumn,
} from "./columns.js";
import type { ThreadRow } from "./columns.js";
import { ago, plural } from "../terminal/format.js";
import { priceNotes, skippedNotes } from "../terminal/notes.js";
import { nothingLines, tableLines } from "./print.js";
import type { HookEvidence } from "../session/state/hook-evidence.js";
import { threadState } from "../session/state/thread-state.js";
import { plain } from "../terminal/text.js";
import type { Column } from "../terminal/table.js";
import { paint } from "../terminal/colors.js";
import type { Colors } from "../terminal/colors.js";

export interface Shown {
  explain?: true;
  workspace?: string;
}

/** The table of the threads; of more than `most` the newest. */
export function sessionLines(
  home: HomeUsage,
  nowMs: number,
  evidence: HookEvidence,
  { explain, workspace }: Shown,
  most: number = Number.POSITIVE_INFINITY,
): string[] {
  const skipped = skippedNotes(home);
  if (home.threads.length === 0) return nothingLines("threads", home, workspace, skipped);
  const { rows, total } = threadRows(home);
  const columns = table(nowMs, evidence, paint());
  if (explain) columns.push(explanation(nowMs, evidence));
  const hidden = rows.length - most;
  const more = hidden > 0 ? [`${plural(hidden, "older thread")} not shown.`] : [];
  const notes = [...more, ...priceNotes(home), ...skipped];
  return tableLines<ThreadRow>(columns, rows.slice(0, most), total, notes);
}

function table(nowMs: number, evidence: HookEvidence, colors: Colors): Column<ThreadRow>[] {
  return [
    workspaceColumn,
    threadColumn,
    { header: "KIND", forms: [(row) => ofThread(row, (thread) => thread.kind)], rank: 5 },
    modelColumn,
    {
      header: "STATE",
      forms: [(row) => ofThread(row, (thread) => threadState(thread, nowMs, evidence).state)],
      style: (cell, row) =>
        row.branch
          ? colorOf(threadState(row.branch.thread, nowMs, evidence).state, colors)(cell)
          : cell,
      rank: 1,
    },
    tokenColumn("TOKENS", "totalTokens"),
    costColumn,
    {
      header: "LAST WRITE",
      forms: [(row) => ofThread(row, (thread) => ago(thread.updatedAtMs, nowMs))],
      rank: 2,
    },
  ];
}

/** The source of the state: what told it, and what it told. */
function explanation(nowMs: number, evidence: HookEvidence): Column<ThreadRow> {
  const reason = (thread: ThreadUsage) => {
    const { because, source } = threadState(thread, nowMs, evidence);
    // An error speaks in a provider's words.
    return plain(`${source}: ${because}`);
  };
  return {
    header: "STATE FROM",
    forms: [
      (row) => ofThread(row, reason),
      (row) => ofThread(row, (thread) => threadState(thread, nowMs, evidence).source),
    ],
  };
}

/** The text of a cell that the row of totals does not have. */
function ofThread(row: ThreadRow, text: (thread: ThreadUsage) => string): string {
  return row.branch ? text(row.branch.thread) : "";
}

function colorOf(state: ActivityState, colors: Colors): (text: string) => string {
  switch (state) {
    case "active":
      return colors.green;
    case "ready":
      return colors.cyan;
    case "waiting_input":
      return colors.yellow;
    case "blocked":
      return colors.red;
    case "idle":
    case "exited":
      return colors.dim;
  }
}
