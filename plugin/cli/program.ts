/** The command line as a whole: its commands, its exit codes, and how it says what went wrong. */
import { Command, CommanderError } from "commander";
import { ownVersion } from "../version.js";
import { aoHomeOption, codexHomeOption } from "./options.js";
import { columnsOf, exitWhenNobodyReads, writeOut } from "../terminal/stdout.js";
import { exitCodeAfter } from "../terminal/exit-codes.js";

/** The commands in the order of the help. Each is loaded when the command line names it, or names none. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  sessions: async () => (await import("./sessions.js")).sessionsCommand(),
  usage: async () => (await import("./usage.js")).usageCommand(),
  resume: async () => (await import("./resume.js")).resumeCommand(),
  doctor: async () => (await import("./doctor.js")).doctorCommand(),
  wrappers: async () => (await import("./wrappers.js")).wrappersCommand(),
};

const USAGE_EXIT_CODE = 2;

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  exitWhenNobodyReads();
  process.exitCode = await run(process.argv.slice(2));
}

/** Runs a command line and answers with the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const root = await program(args);
    await root.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // What it had to say, commander has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    return exitCodeAfter(error);
  }
}

async function program(args: readonly string[]): Promise<Command> {
  const root = new Command("ao-codex")
    .description("What the threads of a Codex home are, what they cost, and how to resume them.")
    .version(ownVersion(), "--version", "print the version")
    .addOption(codexHomeOption())
    .addOption(aoHomeOption())
    .addHelpText("after", "\nExample:\n  $ ao-codex usage --by model --since 2026-11-01");
  const all = Object.entries(COMMANDS);
  const named = all.filter(([name]) => args.includes(name));
  const isHelp = named.length === 0 || args.includes("help");
  for (const [, load] of isHelp ? all : named) root.addCommand(await load());
  const groups = root.commands.flatMap((command) => command.commands);
  for (const command of [root, ...root.commands, ...groups]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => writeOut([Buffer.from(text)]),
        writeErr: (text) => process.stderr.write(text),
        getOutHelpWidth: columnsOf,
        getErrHelpWidth: columnsOf,
      });
  }
  return root;
}
