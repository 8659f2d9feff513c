/** Options that more than one command takes, and what they mean. */
import { resolve } from "node:path";
import { Option } from "commander";
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
  new Option("--codex-home <dir>", "Codex home (default: $CODEX_HOME, else ~/.codex)").argParser(
    (text: string, before: string[] = []) => [...before, folder(text)],
  );

export const aoHomeOption = () =>
  new Option("--ao-home <dir>", "orchestrator's home (default: $AO_HOME, else ~/.ao)").argParser(
    folder,
  );

export const workspaceOption = (description: string) =>
  new Option("--workspace <path>", description).argParser(folder);

export const jsonOption = () => new Option("--json", "print one JSON document");

/** The options in the words of the native functions. */
export function scope({ workspace, ...options }: ScanOptions) {
  return {
    ...homeOf(options),
    ...(workspace !== undefined && { workspacePath: workspace }),
  };
}

/** The Codex home; of several the last, so that an option on the command line comes before that of an alias. */
export function homeOf({ codexHome }: GlobalOptions): { codexHome?: string } {
  const last = codexHome?.at(-1);
  return last === undefined ? {} : { codexHome: last };
}

/** The orchestrator's home in force. */
export function aoHomeOf({ aoHome }: GlobalOptions): string {
  return readPluginSettings({ aoHome }, process.env).aoHome;
}

/** A shell leaves the `~` of `--option=~/folder` as it is. */
export function folder(text: string): string {
  return resolve(expandHome(text));
}
