/** `ao-codex sessions`: the threads of a Codex home, newest first. */
import { Command } from "commander";
import { jsonOption, scope, workspaceOption } from "./options.js";
import type { ScanOptions } from "./options.js";
import { scanHome } from "./scan.js";

export interface SessionsOptions extends ScanOptions {
  explain?: true;
  watch?: true;
}

export function sessionsCommand(): Command {
  return new Command("sessions")
    .description("list threads, newest first: state, tokens and cost of each")
    .addOption(workspaceOption("only threads that began in this workspace"))
    .addOption(jsonOption())
    .option("--explain", "say how each state is known")
    .option("--watch", "keep the list up to date; with --json one document a line at every change")
    .addHelpText("after", "\nExample:\n  $ ao-codex sessions --workspace ~/code/shop")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SessionsOptions>();
      const { explain, json, watch } = options;
      if (watch && !json && !process.stdout.isTTY)
        command.error("error: --watch needs a terminal, or --json");
      // Loaded when they are needed: what draws takes longer to load than most homes to read.
      if (watch) {
        const { watchSessions } = await import("./watch.js");
        return watchSessions(options);
      }
      const [home, { readTold }] = await Promise.all([
        scanHome({ ...scope(options), workspaceMatch: "began" }),
        import("./told.js"),
      ]);
      const told = await readTold(options.aoHome);
      const nowMs = Date.now();
      if (json) {
        const { sessionsDocument } = await import("./document.js");
        const { safeJson } = await import("../terminal/sanitize.js");
        process.stdout.write(`${safeJson(sessionsDocument(home, nowMs, told, explain))}\n`);
      } else {
        const { sessionLines } = await import("./sessions-table.js");
        process.stdout.write(`${sessionLines(home, nowMs, told, options).join("\n")}\n`);
      }
    });
}
