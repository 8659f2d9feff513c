/** `ao-codex sessions`: the threads of a Codex home, newest first. */
import { Command } from "commander";
import type { ActivityState } from "@composio/ao-core";
import type { ChalkInstance } from "chalk";
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
import { sessionsDocument } from "./document.js";
import { ago } from "./format.js";
import { priceNotes, skippedNotes } from "./notes.js";
import { jsonOption, scope, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { printJson, printNothing, printTable } from "./print.js";
import { scanHome } from "./scan.js";
import { decisionOf, stateOf } from "./state.js";
import type { Told } from "./state.js";
import { readTold } from "./told.js";
import type { Column } from "./table.js";
import { paint } from "./terminal.js";

export function sessionsCommand(): Command {
  return new Command("sessions")
    .description("list threads, newest first: state, tokens and cost of each")
    .addOption(workspaceOption("only threads that began in this workspace"))
    .addOption(jsonOption())
    .option("--explain", "say how each state is known")
    .addHelpText("after", "\nExample:\n  $ ao-codex sessions --workspace ~/code/shop")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ScanOptions & { explain?: true }>();
      const home = await scanHome({ ...scope(options), workspaceMatch: "began" });
      const told = await readTold(options.aoHome);
      const nowMs = Date.now();
      if (options.json) printJson(sessionsDocument(home, nowMs, told, options.explain));
      else printSessions(home, nowMs, told, options);
    });
}

function printSessions(
  home: HomeUsage,
  nowMs: number,
  told: Told,
  { explain, workspace }: ScanOptions & { explain?: true },
): void {
  const skipped = skippedNotes(home);
  if (home.threads.length === 0) return printNothing("threads", home, workspace, skipped);
  const { rows, total } = threadRows(home);
  const columns = table(nowMs, told, paint());
  if (explain) columns.push(explanation(nowMs, told));
  printTable<ThreadRow>(columns, rows, total, [...priceNotes(home), ...skipped]);
}

function table(nowMs: number, told: Told, colors: ChalkInstance): Column<ThreadRow>[] {
  return [
    workspaceColumn,
    threadColumn,
    { header: "KIND", forms: [(row) => ofThread(row, (thread) => thread.kind)], rank: 5 },
    modelColumn,
    {
      header: "STATE",
      forms: [(row) => ofThread(row, (thread) => stateOf(thread, nowMs, null, told))],
      style: (cell, row) =>
        row.branch ? colorOf(stateOf(row.branch.thread, nowMs, null, told), colors)(cell) : cell,
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

/** How the state is known: what told it, and what it told. */
function explanation(nowMs: number, told: Told): Column<ThreadRow> {
  const reason = (thread: ThreadUsage) => {
    const { because, source } = decisionOf(thread, nowMs, null, told);
    return `${source}: ${because}`;
  };
  return {
    header: "STATE FROM",
    forms: [
      (row) => ofThread(row, reason),
      (row) => ofThread(row, (thread) => decisionOf(thread, nowMs, null, told).source),
    ],
  };
}

/** The text of a cell that the row of totals does not have. */
function ofThread(row: ThreadRow, text: (thread: ThreadUsage) => string): string {
  return row.branch ? text(row.branch.thread) : "";
}

function colorOf(state: ActivityState, colors: ChalkInstance): (text: string) => string {
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
