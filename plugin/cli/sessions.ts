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
import { stateOf } from "./state.js";
import type { Column } from "./table.js";
import { paint } from "./terminal.js";

export function sessionsCommand(): Command {
  return new Command("sessions")
    .description("list threads, newest first: state, tokens and cost of each")
    .addOption(workspaceOption("only threads that began in this workspace"))
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ao-codex sessions --workspace ~/code/shop")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ScanOptions>();
      const home = await scanHome({ ...scope(options), workspaceMatch: "began" });
      const nowMs = Date.now();
      if (options.json) printJson(sessionsDocument(home, nowMs));
      else printSessions(home, nowMs, options.workspace);
    });
}

function printSessions(home: HomeUsage, nowMs: number, workspace: string | undefined): void {
  const skipped = skippedNotes(home);
  if (home.threads.length === 0) return printNothing("threads", home, workspace, skipped);
  const { rows, total } = threadRows(home);
  printTable<ThreadRow>(table(nowMs, paint()), rows, total, [...priceNotes(home), ...skipped]);
}

function table(nowMs: number, colors: ChalkInstance): Column<ThreadRow>[] {
  return [
    workspaceColumn,
    threadColumn,
    { header: "KIND", forms: [(row) => ofThread(row, (thread) => thread.kind)], rank: 5 },
    modelColumn,
    {
      header: "STATE",
      forms: [(row) => ofThread(row, (thread) => stateOf(thread, nowMs))],
      style: (cell, row) =>
        row.branch ? colorOf(stateOf(row.branch.thread, nowMs), colors)(cell) : cell,
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
