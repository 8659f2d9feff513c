/** Options that more than one command takes, and what they mean. */
import { resolve } from "node:path";
import { Option } from "commander";
import type { Command } from "commander";
import type { ActivityState } from "../host.js";
import { expandHome } from "../paths.js";
import { readPluginSettings } from "../settings.js";

export interface GlobalOptions {
  /** As often as it was given. */
  codexHome?: string[];
  aoHome?: string;
}

export interface ScanOptions extends GlobalOptions {
  workspace?: string;
  json?: true;
}

export interface SessionsOptions extends ScanOptions {
  explain?: true;
  limit?: number;
  repo?: string;
  state?: ActivityState[];
  watch?: true;
}

export const codexHomeOption = () =>
  new Option(
    "--codex-home <dir>",
    "Codex home, or several (default: $CODEX_HOME, else ~/.codex)",
  ).argParser((text: string, before: string[] = []) => [...before, folder(text)]);

export const aoHomeOption = () =>
  new Option("--ao-home <dir>", "orchestrator's home (default: $AO_HOME, else ~/.ao)").argParser(
    folder,
  );

export const workspaceOption = (description: string) =>
  new Option("--workspace <path>", description).argParser(folder);

export const jsonOption = () => new Option("--json", "print one JSON document");

/** The options in the words of the native functions: several homes are one bill. */
export function scope({ codexHome, workspace }: ScanOptions) {
  const [first, ...more] = [...new Set(codexHome ?? [])];
  return {
    ...(first !== undefined && { codexHome: first }),
    ...(more.length > 0 && { moreCodexHomes: more }),
    ...(workspace !== undefined && { workspacePath: workspace }),
  };
}

/** Each Codex home that was given, in the words of the native functions; the default one where none was. */
export function homesOf({ codexHome }: GlobalOptions): { codexHome?: string }[] {
  const homes = [...new Set(codexHome ?? [])];
  return homes.length === 0 ? [{}] : homes.map((home) => ({ codexHome: home }));
}

/** The Codex home of a command that looks into one. */
export function homeOf(options: GlobalOptions, command: Command): { codexHome?: string } {
  const [home = {}, ...more] = homesOf(options);
  if (more.length > 0)
    command.error(
      `error: ${command.name()} takes one --codex-home, and ${more.length + 1} were given`,
    );
  return home;
}

/** The orchestrator's home in force. */
export function aoHomeOf({ aoHome }: GlobalOptions): string {
  return readPluginSettings({ aoHome }, process.env).aoHome;
}

/** A shell leaves the `~` of `--option=~/folder` as it is. */
export function folder(text: string): string {
  return resolve(expandHome(text));
}
