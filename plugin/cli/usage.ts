/** `ao-codex usage`: the bill of a Codex home, by thread or by what else a person asks about. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { parseDay } from "./dates.js";
import type { Day } from "./dates.js";
import { GROUPINGS } from "./grouping.js";
import type { Grouping } from "./grouping.js";
import { jsonOption, scope, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { writeOut } from "../terminal/stdout.js";
import { scanDocument, scanHome } from "./scan.js";

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
      const query = {
        ...scope(options),
        ...(by && { by }),
        ...(html && { cells: true }),
        ...(since && { sinceMs: since.startMs }),
        ...(until && { untilMs: until.endMs }),
      };
      if (options.json) {
        writeOut(await scanDocument(query));
        return;
      }
      const home = await scanHome(query);
      // Loaded when it is needed: what draws takes longer to load than most homes to read.
      if (html) {
        const { writeReport } = await import("./write-report.js");
        await writeReport(html, home, options.workspace);
      } else {
        const { printUsage } = await import("./usage-tables.js");
        printUsage(home, by ?? "thread", options.workspace);
      }
    });
}
