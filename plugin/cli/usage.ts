/** `ao-codex usage`: the bill of a Codex home, by thread or by what else a person asks about. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
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
import { parseDay } from "./dates.js";
import type { Day } from "./dates.js";
import { usageDocument } from "./document.js";
import { count, path } from "./format.js";
import { priceNotes, skippedNotes } from "./notes.js";
import { jsonOption, scope, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { printJson, printNothing, printTable } from "./print.js";
import { scanHome } from "./scan.js";
import type { Column } from "./table.js";
import { plain, shorten, shortenPath } from "./text.js";
import { writeReport } from "./write-report.js";

const GROUPINGS = ["thread", "workspace", "model", "day"] as const;
type Grouping = (typeof GROUPINGS)[number];

interface UsageOptions extends ScanOptions {
  html?: string;
  by?: Grouping;
  since?: Day;
  until?: Day;
}

export function usageCommand(): Command {
  return new Command("usage")
    .description("show what was billed: tokens and dollars")
    .addOption(new Option("--by <what>", "group the bill").choices(GROUPINGS))
    .addOption(workspaceOption("only turns that ran in this workspace"))
    .addOption(
      new Option("--since <date>", "from this local day on (YYYY-MM-DD)").argParser(parseDay),
    )
    .addOption(new Option("--until <date>", "up to and with this local day").argParser(parseDay))
    .addOption(jsonOption())
    .addOption(
      new Option("--html <file>", "write a page with charts, which needs no network")
        .argParser((file: string) => resolve(file))
        .conflicts(["json", "by"]),
    )
    .addHelpText("after", "\nExample:\n  $ ao-codex usage --by day --since 2026-11-01")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<UsageOptions>();
      const { by, html, since, until } = options;
      if (since && until && since.startMs >= until.endMs)
        command.error("error: --since is after --until");
      const home = await scanHome({
        ...scope(options),
        ...(by && { by }),
        ...(html && { cells: true }),
        ...(since && { sinceMs: since.startMs }),
        ...(until && { untilMs: until.endMs }),
      });
      if (html) await writeReport(html, home, options.workspace);
      else if (options.json) printJson(usageDocument(home));
      else printUsage(home, by ?? "thread", options.workspace);
    });
}

function printUsage(home: HomeUsage, by: Grouping, workspace: string | undefined): void {
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

interface GroupRow extends UsageGroup {
  isEstimate: boolean;
}

function printGroups(
  home: HomeUsage,
  groups: readonly UsageGroup[],
  by: Grouping,
  notes: readonly string[],
): void {
  const isEstimate = home.pricing.defaultRated.length > 0;
  const rows = groups.map((group) => ({
    ...group,
    key: by === "workspace" ? path(group.key) : plain(group.key),
    isEstimate: by === "model" && home.pricing.defaultRated.includes(group.key),
  }));
  const total = { key: "total", threads: home.threads.length, usage: home.totals, isEstimate };
  const table: Column<GroupRow>[] = [
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
