/** `ao-codex resume`: the command that takes a workspace's thread up again. */
import { Command } from "commander";
import type { ThreadHead } from "../../index.js";
import { path } from "../terminal/format.js";
import { homeOf, jsonOption, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { scan } from "./scan.js";
import { writeLines } from "../terminal/stdout.js";
import { isThreadId } from "../thread-id.js";

export function resumeCommand(): Command {
  return new Command("resume")
    .description("print the command that resumes the last thread of a workspace")
    .addOption(workspaceOption("the workspace").makeOptionMandatory())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nCodex must be run with the same CODEX_HOME as --codex-home.\n\nExample:\n  $ ao-codex resume --workspace ~/code/shop",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ScanOptions & { workspace: string }>();
      const { workspace } = options;
      const home = homeOf(options, command);
      const thread = await scan(async (native) => {
        const found = await native.findRollout(workspace, home);
        // Nothing is found in a home that is not there either, and that has another remedy.
        if (found === null) await native.homeRevision(home);
        return found;
      });
      if (thread === null) throw new Error(`nothing to resume: no thread began in ${workspace}`);
      const { threadId, rolloutPath } = thread;
      const line = commandLine(thread);
      if (options.json) printJson({ threadId, rolloutPath, command: line });
      else writeLines([line]);
    });
}

function commandLine({ threadId, rolloutPath }: ThreadHead): string {
  if (!isThreadId(threadId))
    throw new Error(`nothing to resume: ${path(rolloutPath)} has no thread id that is safe to run`);
  return `codex resume ${threadId}`;
}
