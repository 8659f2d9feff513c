/** `ao-codex uninstall`: takes out what this package has put on the disk, and says what it took. */
import { Command } from "commander";
import { takeOut } from "../doctor/uninstall/take-out.js";
import type { Outcome } from "../doctor/uninstall/take-out.js";
import { knownWorkspaces } from "../doctor/uninstall/workspaces.js";
import { path, plural } from "../terminal/format.js";
import { plain } from "../terminal/text.js";
import { writeLines } from "../terminal/stdout.js";
import { aoHomeOf, folder, jsonOption } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative } from "./scan.js";

interface UninstallOptions extends GlobalOptions {
  workspace?: string[];
  dryRun?: true;
  json?: true;
}

export function uninstallCommand(): Command {
  return new Command("uninstall")
    .description("take out what this package has put on the disk, and say what was taken")
    .option("--dry-run", "take nothing, and say what would go")
    .option(
      "--workspace <path...>",
      "workspaces to look into besides the known ones",
      (text: string, before: string[] = []) => [...before, folder(text)],
    )
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ao-codex uninstall --dry-run")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<UninstallOptions>();
      const native = await loadNative();
      const aoHome = aoHomeOf(options);
      const isDry = options.dryRun === true;
      const workspaces = await knownWorkspaces(native, aoHome, options.workspace ?? []);
      const outcome = await takeOut(native, { aoHome, workspaces, isDry });
      if (options.json) printJson({ schemaVersion: 1, dryRun: isDry, ...outcome });
      else writeLines(linesOf(outcome, isDry));
      const { failed } = outcome;
      if (failed.length > 0)
        throw new Error(`${plural(failed.length, "thing")} could not be taken out`);
    });
}

function linesOf({ failed, kept, removed }: Outcome, isDry: boolean): string[] {
  const listed = removed.map((one) => `  ${KINDS[one.kind]}  ${path(one.path)}`);
  const head = isDry ? "Would be taken out:" : "Taken out:";
  return [
    ...(removed.length === 0
      ? [isDry ? "There is nothing to take out." : "There was nothing to take out."]
      : [head, ...listed]),
    ...kept.map((one) => `Left: ${path(one.path)}: ${plain(one.reason)}`),
    ...failed.map((one) => `Not taken out: ${path(one.path)}: ${plain(one.reason)}`),
    "The package itself goes with npm uninstall, and with its lines in agent-orchestrator.yaml.",
  ];
}

/** Of one width. */
const KINDS = {
  wrapper: "wrapper        ",
  "agents-section": "AGENTS.md      ",
  "activity-log": "activity log   ",
  "git-exclude": "info/exclude   ",
  files: "files          ",
  cache: "cache          ",
} as const;
