/** `ao-codex usage`: the bill of Codex homes, by whatever a person asks about. */
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { HomeUsage } from "../../index.js";
import { dollars } from "../terminal/format.js";
import { OverLimit } from "../terminal/exit-codes.js";
import { writeLines, writeOut } from "../terminal/stdout.js";
import { NoTime, parseLast, parseSpan } from "./dates.js";
import {
  GROUPINGS,
  GROUPINGS_OF_EXPORTS,
  groupingOf,
  isOfExports,
  OF_SESSIONS,
} from "./grouping.js";
import type { Grouping } from "./grouping.js";
import { amount, positive } from "./numbers.js";
import { aoHomeOf, folder, jsonOption, scope, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative, scanDocument, scanHome } from "./scan.js";

const FORMATS = ["table", "json", "csv", "markdown"] as const;

/** A person who asks for nothing in particular sees so many days. */
const SHOWN_DAYS = 14;

interface UsageOptions extends ScanOptions {
  by?: Grouping[];
  failOver?: number;
  format?: (typeof FORMATS)[number];
  from?: string[];
  html?: string;
  last?: string;
  limit?: number;
  since?: string;
  timezone?: string;
  until?: string;
}

export function usageCommand(): Command {
  return new Command("usage")
    .description("show what was billed: tokens and dollars")
    .addOption(
      new Option(
        "--by <what>",
        `group by one, or two with a comma: ${GROUPINGS.join(", ")} (weeks from Monday)`,
      ).argParser(parseGroupings),
    )
    .addOption(
      new Option(
        "--from <dir...>",
        `what machines exported to these directories, in place of homes; by ${GROUPINGS_OF_EXPORTS} too`,
      ).argParser((directory: string, before: string[] = []) => [...before, folder(directory)]),
    )
    .addOption(workspaceOption("only turns that ran in this workspace, or below it"))
    .option("--since <time>", "from this day on: 2026-11-28, 2026-11, today, yesterday, 7d, 2w, 3m")
    .option("--until <time>", "up to and with this day")
    .addOption(
      new Option("--last <span>", "the last days, weeks or months: 7d, 2w, 3m").conflicts([
        "since",
        "until",
      ]),
    )
    .addOption(
      new Option("--timezone <zone>", "whose days they are, as in Europe/Berlin").argParser(zone),
    )
    .addOption(new Option("--format <format>", "how to print it").choices(FORMATS))
    .addOption(jsonOption())
    .addOption(new Option("--limit <n>", "only the first n rows").argParser(positive))
    .addOption(new Option("--fail-over <usd>", "end with 3 if more was spent").argParser(amount))
    .addOption(
      new Option("--html <file>", "write a page with charts, which needs no network")
        .argParser((file: string) => resolve(file))
        .conflicts(["json", "by", "format", "limit"]),
    )
    .addHelpText("after", "\nExample:\n  $ ao-codex usage --by week,model --last 3m")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<UsageOptions>();
      if (options.json && options.format && options.format !== "json")
        command.error(`error: --json and --format ${options.format} exclude each other`);
      refuseMixture(options, command);
      // It decides what a day is, here and in the addon.
      if (options.timezone) process.env["TZ"] = options.timezone;
      const home = await show(options, windowOf(options, command));
      const { failOver } = options;
      if (failOver !== undefined && home.totals.estimatedCostUsd > failOver) {
        const mark = home.threads.some(({ isEstimate }) => isEstimate) ? "~" : "";
        const spent = mark + dollars(home.totals.estimatedCostUsd);
        throw new OverLimit(`${spent} was spent, more than ${dollars(failOver)}`);
      }
    });
}

type Bill = Pick<HomeUsage, "totals" | "threads">;
type Query = Parameters<typeof scanHome>[0];

async function show(options: UsageOptions, window: Query): Promise<Bill> {
  const { html, limit } = options;
  const by = options.by ?? [];
  const query = { ...scopes(options), ...window, ...(await groupsOf(by, options)) };
  if (options.json || options.format === "json") return showJson(query, options);
  // Loaded when it is needed: what draws takes longer to load than most homes to read.
  if (html) {
    const home = await scanHome({ ...query, by: "repo,model", cells: true });
    const { writeReport } = await import("./write-report.js");
    const homes = options.from ? [] : [home.codexHome, ...(query.moreCodexHomes ?? [])];
    await writeReport(html, home, options.workspace, homes);
    return home;
  }
  const isPlain = by.length === 0;
  const shown: Grouping[] = isPlain ? ["day"] : by;
  const isRecent = isPlain && window.sinceMs === undefined && window.untilMs === undefined;
  const asked = { ...query, by: shown.join(",") };
  const recent = isRecent ? { ...asked, sinceMs: parseLast(`${SHOWN_DAYS}d`) } : asked;
  const home = await scanHome(recent);
  const { format } = options;
  if (format === "csv" || format === "markdown") {
    const { csvLines, markdownLines } = await import("./usage-rows.js");
    const groups = (home.groups ?? []).slice(0, limit);
    writeLines(format === "csv" ? csvLines(groups, shown) : markdownLines(home, groups, shown));
    return home;
  }
  const { printUsage } = await import("./usage-tables.js");
  const { codexHome: homes, workspace } = options;
  const view = { workspace, ...(homes && { homes }), ...(limit !== undefined && { limit }) };
  if (isRecent && home.threads.length === 0) {
    // Somebody who has been away sees what there is.
    const all = await scanHome({ ...query, by: "month" });
    const note = `Nothing was billed in the last ${SHOWN_DAYS} days; this is everything, by month.`;
    printUsage(all, ["month"], { ...view, notes: [note] });
    return all;
  }
  const note = `The last ${SHOWN_DAYS} days. For all: ao-codex usage --by month`;
  printUsage(home, shown, { ...view, notes: isRecent ? [note] : [] });
  return home;
}

async function showJson(query: Query, { failOver, limit }: UsageOptions): Promise<Bill> {
  const pieces = await scanDocument(query);
  if (limit === undefined) writeOut(pieces);
  if (limit === undefined && failOver === undefined) return NOTHING;
  const document = JSON.parse(Buffer.concat(pieces).toString("utf8")) as HomeUsage;
  if (limit !== undefined) {
    const rows = document.groups ? "groups" : "threads";
    printJson({ ...document, [rows]: document[rows]?.slice(0, limit) });
  }
  return document;
}

/** The answer where nobody asks for the sum. */
const NOTHING: Bill = { totals: { estimatedCostUsd: 0 } as HomeUsage["totals"], threads: [] };

/** Exports say what homes do not, and the other way round. */
function refuseMixture({ by = [], codexHome, from }: UsageOptions, command: Command): void {
  if (from && codexHome) command.error("error: --from and --codex-home exclude each other");
  if (from && by.includes("pr"))
    command.error("error: exports do not say the pull request; --by session does");
  const unsaid = by.find(isOfExports);
  if (!from && unsaid !== undefined)
    command.error(`error: --by ${unsaid} needs --from: only exports say it`);
}

function scopes({ codexHome, from, ...options }: UsageOptions): Query {
  return from
    ? { ...scope(options), from }
    : scope({ ...options, ...(codexHome && { codexHome }) });
}

async function groupsOf(by: readonly Grouping[], options: UsageOptions): Promise<Query> {
  if (by.length === 0) return {};
  const query = { by: by.join(",") };
  if (options.from || !by.some((name) => OF_SESSIONS.includes(name))) return query;
  const { orchestratorSessions } = await import("./orchestrator-sessions.js");
  const sessions = await orchestratorSessions(await loadNative(), aoHomeOf(options));
  return { ...query, sessions };
}

function windowOf({ last, since, until }: UsageOptions, command: Command): Query {
  const parsed = <T>(option: string, text: string | undefined, parse: (text: string) => T) => {
    try {
      return text === undefined ? undefined : parse(text);
    } catch (error) {
      if (!(error instanceof NoTime)) throw error;
      return command.error(
        `error: option '${option}' argument '${text}' is invalid. ${error.message}`,
      );
    }
  };
  const from = parsed("--since <time>", since, (text) => parseSpan(text));
  const to = parsed("--until <time>", until, (text) => parseSpan(text));
  const sinceMs = parsed("--last <span>", last, (text) => parseLast(text)) ?? from?.startMs;
  if (from && to && from.startMs >= to.endMs) command.error("error: --since is after --until");
  return {
    ...(sinceMs !== undefined && { sinceMs }),
    ...(to && { untilMs: to.endMs }),
  };
}

function parseGroupings(text: string): Grouping[] {
  const names = text.split(",").map((name) => name.trim());
  const known = names.map(groupingOf);
  const by = known.filter((name) => name !== undefined);
  if (by.length < names.length)
    throw new InvalidArgumentError(
      `Allowed choices are ${GROUPINGS.join(", ")}; with --from also ${GROUPINGS_OF_EXPORTS}.`,
    );
  if (by.length > 2) throw new InvalidArgumentError("Expected one or two of them.");
  if (new Set(by).size < by.length) throw new InvalidArgumentError("Expected two different ones.");
  return by;
}

function zone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError("Expected a time zone, as in Europe/Berlin or UTC.");
  }
}
