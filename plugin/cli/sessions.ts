/** `ao-codex sessions`: the threads of a Codex home, newest first. */
import { Command } from "commander";
import { aoHomeOf, jsonOption, scope, workspaceOption } from "./options.js";
import type { SessionsOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative, scanHome } from "./scan.js";
import { isOutputTerminal, writeLines } from "../terminal/stdout.js";

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
      if (watch && !json && !isOutputTerminal())
        command.error("error: --watch needs a terminal, or --json");
      // Loaded when they are needed: what draws takes longer to load than most homes to read.
      if (watch) {
        const { watchSessions } = await import("./watch.js");
        return watchSessions(options);
      }
      const [home, { readThreadEvidence }] = await Promise.all([
        scanHome({ ...scope(options), workspaceMatch: "began" }),
        import("../session/state/thread-evidence.js"),
      ]);
      const native = await loadNative();
      const isExplained = explain === true || json === true;
      const evidence = await readThreadEvidence(native, aoHomeOf(options), home, isExplained);
      const nowMs = Date.now();
      if (json) {
        const { sessionsDocument } = await import("./document.js");
        printJson(sessionsDocument(home, nowMs, evidence, explain));
      } else {
        const { sessionLines } = await import("./sessions-table.js");
        writeLines(sessionLines(home, nowMs, evidence, options));
      }
    });
}
