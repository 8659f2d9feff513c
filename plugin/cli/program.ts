/** The command line as a whole: its commands, its exit codes, and how it says what went wrong. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { doctorCommand, Unwell } from "./doctor.js";
import { aoHomeOption, codexHomeOption } from "./options.js";
import { resumeCommand } from "./resume.js";
import { Interrupted, INTERRUPTED_EXIT_CODE } from "./scan.js";
import { sessionsCommand } from "./sessions.js";
import { columnsOf } from "./terminal.js";
import { plain } from "./text.js";
import { usageCommand } from "./usage.js";
import { wrappersCommand } from "./wrappers.js";

const FAILURE_EXIT_CODE = 1;
const USAGE_EXIT_CODE = 2;

/** Runs the command line and answers with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return INTERRUPTED_EXIT_CODE;
    if (error instanceof Unwell) return FAILURE_EXIT_CODE;
    // What it had to say, commander has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    process.stderr.write(
      `ao-codex: ${plain(error instanceof Error ? error.message : String(error))}\n`,
    );
    return FAILURE_EXIT_CODE;
  }
}

function program(): Command {
  const root = new Command("ao-codex")
    .description("What the threads of a Codex home are, what they cost, and how to resume them.")
    .version(version(), "--version", "print the version")
    .addOption(codexHomeOption())
    .addOption(aoHomeOption())
    .addHelpText("after", "\nExample:\n  $ ao-codex usage --by model --since 2026-11-01");
  const commands = [
    sessionsCommand(),
    usageCommand(),
    resumeCommand(),
    doctorCommand(),
    wrappersCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  const groups = root.commands.flatMap((command) => command.commands);
  for (const command of [root, ...root.commands, ...groups]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp({ showGlobalOptions: true, helpWidth: columnsOf() })
      .configureOutput({ writeErr: (text) => process.stderr.write(text) });
  }
  return root;
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: { version?: unknown } = JSON.parse(text);
  return String(manifest.version);
}
