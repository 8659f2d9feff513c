/** The command line as a whole: its commands, its exit codes, and how it says what went wrong. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Option } from "commander";
import { ownVersion } from "../version.js";
import { aoHomeOption, codexHomeOption } from "./options.js";
import { columnsOf, writeText } from "../terminal/stdout.js";
import { exitCodeAfter } from "../terminal/exit-codes.js";

/** The commands in the order of the help. Each is loaded when the command line names it, or names none. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  sessions: async () => (await import("./sessions.js")).sessionsCommand(),
  usage: async () => (await import("./usage.js")).usageCommand(),
  limits: async () => (await import("./limits.js")).limitsCommand(),
  statusline: async () => (await import("./statusline.js")).statuslineCommand(),
  resume: async () => (await import("./resume.js")).resumeCommand(),
  export: async () => (await import("./export.js")).exportCommand(),
  doctor: async () => (await import("./doctor.js")).doctorCommand(),
  prices: async () => (await import("./prices.js")).pricesCommand(),
  wrappers: async () => (await import("./wrappers.js")).wrappersCommand(),
  uninstall: async () => (await import("./uninstall.js")).uninstallCommand(),
};

const USAGE_EXIT_CODE = 2;

/** Options that mean something when they are given more than once. */
const REPEATABLE = new Set(["--codex-home", "--ao-home", "--label", "--from"]);

/** One for each kind of user. */
const EXAMPLES = `
Example:
  $ ao-codex usage --by model --since 2026-11-01
With an orchestrator:
  $ ao-codex doctor --fix
On many machines:
  $ ao-codex export ~/codex-usage --label team=shop
`;

/** Runs the command line of this process. */
export async function main(): Promise<void> {
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
    .addHelpText("after", EXAMPLES);
  for (const load of commandsFor(args)) root.addCommand(await load());
  const groups = root.commands.flatMap((command) => command.commands);
  for (const command of [root, ...root.commands, ...groups]) {
    for (const option of command.options) refuseRepetition(option);
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: writeText,
        writeErr: (text) => process.stderr.write(text),
        getOutHelpWidth: columnsOf,
        getErrHelpWidth: columnsOf,
      });
  }
  return root;
}

function commandsFor(args: readonly string[]) {
  const all = Object.entries(COMMANDS);
  const named = all.filter(([name]) => args.includes(name));
  if (named.length === 0 && args.includes("--version")) return [];
  const isHelp = named.length === 0 || args.includes("help");
  return (isHelp ? all : named).map(([, load]) => load);
}

/**
 * Lets an option that takes one value be given once: of two, nobody knows which is meant. The orchestrator's home is
 * set in aliases, and again behind them: the last one counts.
 */
function refuseRepetition(option: Option): void {
  if (option.isBoolean() || option.variadic || REPEATABLE.has(option.long ?? "")) return;
  const parse = option.parseArg;
  let isGiven = false;
  option.argParser((value: string, previous: unknown) => {
    if (isGiven) throw new InvalidArgumentError("It was given twice.");
    isGiven = true;
    return parse ? parse(value, previous as never) : value;
  });
}
