/** `ao-codex sessions`: the threads of a Codex home, newest first. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { ActivityState } from "../host.js";
import { isOutputTerminal, writeLines } from "../terminal/stdout.js";
import { positive } from "./numbers.js";
import { aoHomeOf, jsonOption, workspaceOption } from "./options.js";
import type { SessionsOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative, scanHome } from "./scan.js";
import { STATES, chosen } from "./sessions-choice.js";
import { sessionsQuery } from "./sessions-query.js";

/** So many fit on a terminal; whoever reads a pipe or a document takes what there is. */
const SHOWN = 20;

export function sessionsCommand(): Command {
  return new Command("sessions")
    .description("list threads, newest first: state, tokens and cost of each")
    .addOption(workspaceOption("only threads that began in this workspace, or below it"))
    .addOption(
      new Option("--repo <name>", "only threads of this repository: shop, acme/shop, a URL"),
    )
    .addOption(
      new Option("--state <states>", `only threads in these: ${STATES.join(", ")}`).argParser(
        states,
      ),
    )
    .addOption(
      new Option("--limit <n>", `only the first n (default: ${SHOWN} on a terminal)`).argParser(
        positive,
      ),
    )
    .addOption(jsonOption())
    .option("--explain", "say how each state is known")
    .option("--watch", "keep the list up to date; with --json one document a line at every change")
    .addHelpText(
      "after",
      "\nWith --watch: q ends it, up and down scroll, s sorts by another column; the exit code is 0.\n\nExample:\n  $ ao-codex sessions --repo acme/shop --state active,waiting_input",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SessionsOptions>();
      const { explain, json, limit, watch } = options;
      if (watch && !json && !isOutputTerminal())
        command.error("error: --watch needs a terminal, or --json");
      // Loaded when they are needed: what draws takes longer to load than most homes to read.
      if (watch) {
        const { watchSessions } = await import("./watch.js");
        return watchSessions(options);
      }
      const [home, { readThreadEvidence }] = await Promise.all([
        scanHome(sessionsQuery(options)),
        import("../session/state/thread-evidence.js"),
      ]);
      const native = await loadNative();
      const isExplained = explain === true || json === true;
      const evidence = await readThreadEvidence(native, aoHomeOf(options), home, isExplained);
      const nowMs = Date.now();
      const shown = chosen(home, nowMs, evidence, options);
      if (json) {
        const { sessionsDocument } = await import("./document.js");
        const threads = shown.threads.slice(0, limit);
        printJson(sessionsDocument({ ...shown, threads }, nowMs, evidence, explain));
      } else {
        const { sessionLines } = await import("./sessions-table.js");
        const most = limit ?? (isOutputTerminal() ? SHOWN : undefined);
        writeLines(await sessionLines(shown, nowMs, evidence, { ...options, most }));
      }
    });
}

function states(text: string): ActivityState[] {
  const names = text.split(",").map((name) => name.trim());
  const known = names.map((name) => STATES.find((state) => state === name));
  const all = known.filter((state) => state !== undefined);
  if (all.length < names.length)
    throw new InvalidArgumentError(`Allowed choices are ${STATES.join(", ")}.`);
  return all;
}
