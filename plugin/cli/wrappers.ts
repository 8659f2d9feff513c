/** `ao-codex wrappers`: the `gh` and `git` that note branches and pull requests for a session. */
import { Command, Option } from "commander";
import type { WrappersChange, WrappersRemoval, WrappersStatus } from "../../index.js";
import { path } from "../terminal/format.js";
import { jsonOption } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { loadNative } from "./scan.js";
import { writeLines } from "../terminal/stdout.js";

interface WrapperOptions extends GlobalOptions {
  force?: true;
  json?: true;
}

const forceOption = (what: string) => new Option("--force", what);

export function wrappersCommand(): Command {
  const command = new Command("wrappers").description(
    "the gh and git that note branches and pull requests for a session",
  );
  command
    .command("install")
    .description("install them, or bring them up to date")
    .addOption(
      forceOption("install into ~/.ao/bin, whatever the orchestrator or a newer version has there"),
    )
    .addOption(jsonOption())
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<WrapperOptions>();
      const native = await loadNative();
      const change = await native.installWrappers({
        ...scope(options),
        nodePath: process.execPath,
      });
      answer(change, options);
    });
  command
    .command("status")
    .description("say what is installed")
    .addOption(jsonOption())
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<WrapperOptions>();
      const native = await loadNative();
      const status = await native.wrappersStatus(scope(options));
      if (options.json) printJson(status);
      else writeLines(describe(status));
    });
  command
    .command("remove")
    .description("remove them")
    .addOption(forceOption("remove also what somebody else has installed"))
    .addOption(jsonOption())
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<WrapperOptions>();
      const native = await loadNative();
      answer(await native.removeWrappers(scope(options)), options);
    });
  return command;
}

/** The message about a change; a set that was left alone is a failure to do what was asked. */
function answer(change: WrappersChange | WrappersRemoval, { json }: WrapperOptions): void {
  if (json) printJson(change);
  else if (change.outcome !== "left") writeLines([said(change), ...describe(change.status)]);
  if (change.outcome !== "left") return;
  const { directory, version } = change.status;
  throw new Error(
    `left the wrappers in ${path(directory)} alone: their version ${version} is not ours to replace; --force does it`,
  );
}

function said({ outcome, status: { directory } }: WrappersChange | WrappersRemoval): string {
  const where = path(directory);
  switch (outcome) {
    case "written":
      return `Installed the wrappers in ${where}.`;
    case "current":
      return `The wrappers in ${where} are up to date.`;
    case "removed":
      return `Removed the wrappers from ${where}.`;
    default:
      return `There are no wrappers in ${where}.`;
  }
}

function describe(status: WrappersStatus): string[] {
  const width = Math.max(...status.files.map(({ name }) => name.length));
  const files = status.files.map(({ name, state }) => `  ${name.padEnd(width)}  ${WORDS[state]}`);
  const owner =
    status.version === null ? OWNERS.none : `${OWNERS[status.owner]}, ${status.version}`;
  const { directory, host } = status;
  const beside =
    host === null
      ? []
      : [
          `${path(host.directory)}: the orchestrator's own, ${host.version}, left as they are`,
          `A session's commands meet those in ${path(directory)}.`,
        ];
  return [`${path(directory)}: ${owner}`, ...files, ...beside];
}

const WORDS = {
  current: "current",
  changed: "changed",
  foreign: "not ours",
  notExecutable: "not executable",
  missing: "missing",
} as const;

const OWNERS = {
  current: "this version",
  older: "an older version",
  newer: "a newer version",
  foreign: "somebody else's",
  old: "the orchestrator's, outdated",
  none: "no complete set",
} as const;

function scope({ aoHome, force }: WrapperOptions) {
  return { ...(aoHome !== undefined && { aoHome }), ...(force !== undefined && { force }) };
}
