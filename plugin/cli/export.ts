/** `ao-codex export`: what was billed as files for many machines, one row for each response. */
import { hostname } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { path, plural } from "../terminal/format.js";
import { writeLines } from "../terminal/stdout.js";
import { NoTime, parseSpan } from "./dates.js";
import { aoHomeOf, folder, jsonOption } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { orchestratorSessions } from "./orchestrator-sessions.js";
import { printJson } from "./print-json.js";
import { loadNative, scan } from "./scan.js";

interface ExportCommandOptions extends GlobalOptions {
  host?: string;
  label?: string[];
  paths?: "full" | "repo" | "hash";
  since?: number;
  json?: true;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("write what was billed to files that an engine adds up, for many machines")
    .argument("<dir>", "directory of the files", folder)
    .addOption(new Option("--host <name>", "name of this machine (default: its host name)"))
    .addOption(
      new Option("--label <key=value>", "what every row says besides; may be repeated").argParser(
        parseLabel,
      ),
    )
    .addOption(
      new Option("--paths <how>", "directories, repositories and branches").choices([
        "full",
        "repo",
        "hash",
      ]),
    )
    .addOption(
      new Option("--since <date>", "only days (UTC) from this one on").argParser(parseSince),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ao-codex export /var/lib/codex-usage --host ci-7 --label team=checkout",
    )
    .action(async (directory: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportCommandOptions>();
      const { codexHome, host = hostname(), json, label, paths, since } = options;
      const native = await loadNative();
      const given = {
        directory,
        host,
        sessions: await orchestratorSessions(native, aoHomeOf(options)),
        ...(codexHome && { codexHomes: codexHome }),
        ...(label && { labels: label }),
        ...(paths && { paths }),
        ...(since !== undefined && { sinceMs: since }),
      };
      const done = await scan((addon, ...watched) =>
        addon.exportResponses(given, ...watched).catch((error: unknown) => {
          if (isInvalid(error)) command.error(`error: ${error.message}`);
          throw error;
        }),
      );
      if (json) printJson(done);
      else
        writeLines([
          `${plural(done.responses, "response")} of ${plural(done.threadsRead, "new or changed thread")}, of ${done.threads} in all.`,
          done.written.length === 0
            ? `${path(directory)} has them already.`
            : `Wrote ${plural(done.written.length, "file")} below ${path(directory)}.`,
          ...done.skipped.map((one) => `Left out: ${path(one.path)}: ${one.reason}`),
        ]);
    });
}

/** A row has one value for each key. */
function parseLabel(label: string, before: string[] = []): string[] {
  const keyOf = (text: string) => text.split("=", 1)[0];
  if (before.some((one) => keyOf(one) === keyOf(label)))
    throw new InvalidArgumentError("This label was given already.");
  return [...before, label];
}

/** The first moment of the day in UTC: the files are of UTC days. */
function parseSince(text: string): number {
  try {
    const start = new Date(parseSpan(text).startMs);
    return Date.UTC(start.getFullYear(), start.getMonth(), start.getDate());
  } catch (error) {
    if (error instanceof NoTime) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function isInvalid(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "InvalidArg";
}
