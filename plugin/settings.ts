/**
 * The user's configuration, checked. A wrong value never stops a launch: it is passed over for a safe one, and is a
 * `Problem`, which `ao-codex doctor` shows.
 */

import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { CodexSettings } from "./launch/agent-config.js";
import { readCodexSettings } from "./launch/agent-config.js";
import type { Permissions } from "./launch/permissions.js";
import { parsePermissions } from "./launch/permissions.js";
import { defaultAoHome, expandHome } from "./paths.js";

/** One setting that is not what it should be, and what to do about it. */
export interface Problem {
  setting: string;
  found: string;
  remedy: string;
  /** True if it contradicts another setting, so that one of the two does not hold. */
  isRefused?: boolean;
}

/** The settings of one plugin instance. */
export interface PluginSettings {
  /** `null` where the user did not say: then Codex decides, as it does for itself. */
  codexHome: string | null;
  aoHome: string;
  binary: string | null;
  agentsSection: boolean;
  hooks: boolean;
  problems: Problem[];
}

/** The settings of one agent, from `agentConfig` in the orchestrator's YAML. */
export interface AgentSettings {
  permissions: Permissions;
  model: string | null;
  systemPrompt: string | null;
  systemPromptFile: string | null;
  hooks: boolean;
  codex: CodexSettings;
  /** True if commands in the sandbox may use the network; `null` where nobody said. */
  networkAccess: boolean | null;
  /** Directories that commands in the sandbox may write to, absolute. */
  addDirs: string[];
  problems: Problem[];
}

/** Reads the options of `create()`, then the environment. */
export function readPluginSettings(
  options: Record<string, unknown> | undefined,
  env: NodeJS.ProcessEnv,
): PluginSettings {
  const problems: Problem[] = [];
  const read = (setting: string, variable: string, check: (path: string) => Problem | null) => {
    for (const [name, value] of [
      [setting, options?.[setting]],
      [variable, env[variable]],
    ] as const) {
      if (value === undefined || value === "") continue;
      const problem =
        typeof value === "string"
          ? check(expandHome(value))
          : wrongType(name, value, "a path as text");
      if (problem === null) return expandHome(String(value));
      problems.push({ ...problem, setting: name });
    }
    return null;
  };
  const readSwitch = (setting: string, variable: string): boolean => {
    const [name, value] =
      options?.[setting] === undefined ? [variable, env[variable]] : [setting, options[setting]];
    if (value === undefined || value === "") return true;
    const text = String(value).toLowerCase();
    if (["false", "0", "no", "off"].includes(text)) return false;
    if (!["true", "1", "yes", "on"].includes(text))
      problems.push(wrongType(name, value, "true or false"));
    return true;
  };
  return {
    codexHome: read("codexHome", "CODEX_HOME", checkDirectory),
    aoHome: read("aoHome", "AO_HOME", checkDirectory) ?? defaultAoHome(),
    binary: read("binary", "AO_CODEX_BINARY", checkProgram),
    agentsSection: readSwitch("agentsSection", "AO_CODEX_AGENTS_SECTION"),
    hooks: readSwitch("hooks", "AO_CODEX_HOOKS"),
    problems,
  };
}

/** Reads what `agentConfig` says, each value of `given` (what the orchestrator passes beside it) first. */
export function readAgentSettings(
  agentConfig: Record<string, unknown> | undefined,
  given: Record<string, unknown> = {},
  projectPath: string | null = null,
): AgentSettings {
  const problems: Problem[] = [];
  const text = (setting: string): string | null => {
    const value = given[setting] ?? agentConfig?.[setting];
    if (value === undefined || value === null) return null;
    if (typeof value === "string") return value.trim() === "" ? null : value;
    problems.push(wrongType(setting, value, "text"));
    return null;
  };
  const permissions = given["permissions"] ?? agentConfig?.["permissions"] ?? "default";
  const parsed = parsePermissions(permissions);
  if (parsed === null) problems.push(wrongPermissions(permissions));
  const codex = readCodexSettings(
    agentConfig ?? {},
    parsed ?? "default",
    (setting, found, remedy, isRefused = false) =>
      problems.push({ setting, found, remedy, isRefused }),
  );
  const networkAccess = switchOf(agentConfig?.["networkAccess"], "networkAccess", problems);
  if (networkAccess === false && parsed === "permissionless")
    problems.push({
      setting: "networkAccess",
      found: "false contradicts permissions: permissionless, under which nothing runs in a sandbox",
      remedy: "use auto-edit, default or suggest",
      isRefused: true,
    });
  return {
    codex,
    // Codex's own default asks before it does anything of weight: the safe side of a spelling mistake.
    permissions: parsed ?? "default",
    model: text("model"),
    systemPrompt: text("systemPrompt"),
    // Only a plain no: what is unclear is what `create()` was told.
    hooks: agentConfig?.["hooks"] !== false,
    networkAccess,
    addDirs: directoriesOf(agentConfig?.["addDirs"], projectPath, problems),
    systemPromptFile: readableFile(text("systemPromptFile"), projectPath, problems),
    problems,
  };
}

function switchOf(value: unknown, setting: string, problems: Problem[]): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value;
  problems.push(wrongType(setting, value, "true or false"));
  return null;
}

/** Relative ones are the project's. */
function directoriesOf(value: unknown, projectPath: string | null, problems: Problem[]): string[] {
  if (value === undefined || value === null) return [];
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return given.flatMap((one) => {
    if (typeof one === "string" && one !== "")
      return [resolve(projectPath ?? ".", expandHome(one))];
    problems.push(wrongType("addDirs", one, "a list of paths"));
    return [];
  });
}

/** Codex ends at once when its instructions cannot be read, so a file that is not there is not given. */
function readableFile(
  path: string | null,
  projectPath: string | null,
  problems: Problem[],
): string | null {
  if (path === null) return null;
  const absolute = resolve(projectPath ?? ".", expandHome(path));
  try {
    accessSync(absolute, constants.R_OK);
    if (statSync(absolute).isFile()) return absolute;
  } catch {
    // Said below, like a directory.
  }
  problems.push({
    setting: "systemPromptFile",
    found: `${absolute} is not a readable file`,
    remedy: "name a text file, absolute or relative to the project's path",
  });
  return null;
}

function checkDirectory(path: string): Problem | null {
  if (!isAbsolute(path)) {
    return { setting: "", found: `${path} is relative`, remedy: "give an absolute path" };
  }
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) return null;
  } catch (error) {
    // Below a file, in a circle of links, where nobody may look.
    const found = `${path} cannot be used (${(error as NodeJS.ErrnoException).code})`;
    return { setting: "", found, remedy: "name a directory" };
  }
  return { setting: "", found: `${path} is not a directory`, remedy: "name a directory" };
}

function checkProgram(program: string): Problem | null {
  // A bare name is looked up on PATH.
  if (!program.includes("/")) return null;
  try {
    accessSync(program, constants.X_OK);
    if (statSync(program).isFile() && isAbsolute(program)) return null;
  } catch {
    // Said below, like a directory.
  }
  return {
    setting: "",
    found: `${program} is not a program that can be run`,
    remedy:
      "give the absolute path of the codex executable, or remove the setting to have it looked up",
  };
}

function wrongPermissions(value: unknown): Problem {
  return {
    setting: "permissions",
    found: `${JSON.stringify(value)} is unknown; Codex asks as it does by default`,
    remedy: "use permissionless (or skip), auto-edit, suggest or default",
  };
}

function wrongType(setting: string, value: unknown, wanted: string): Problem {
  return {
    setting,
    found: `${JSON.stringify(value)} (${typeof value})`,
    remedy: `give ${wanted}`,
  };
}
