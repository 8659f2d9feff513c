/** The person's own `config.toml`, as far as a launch must not contradict it. Read at each launch; never written. */

import { join } from "node:path";
import { parse } from "smol-toml";
import { homeDirectory } from "../paths.js";
import { textBehindLinks } from "../safe-file.js";

export interface UserConfig {
  /** `sandbox_workspace_write.writable_roots`: a launch adds to them. */
  writableRoots: string[];
  sandbox: UserSandbox;
  /** The tables of `profiles`, and the one that `profile` chooses; newer versions have a file for each instead. */
  profiles: { tables: string[]; chosen: string | null };
  /** The directories that the person trusts. */
  trusted: Set<string>;
  /** The hooks that the person has reviewed, each with the hash of what it was then. */
  reviewedHooks: Map<string, string>;
  /** `shell_environment_policy.set.BASH_ENV`, which a launch must chain. */
  bashEnv: string | null;
  /** `shell_environment_policy.include_only`, which a launch must extend; `null` where there is none. */
  includeOnly: string[] | null;
}

/** The person's settings for the sandbox of commands; `null` where there are none. */
export interface UserSandbox {
  /** `sandbox_mode`. */
  mode: string | null;
  /** `default_permissions`. */
  profile: string | null;
  /** `sandbox_workspace_write.network_access`. */
  network: boolean | null;
  /** True if commands may not write to `/tmp`. */
  excludesSlashTmp: boolean;
  /** True if commands may not write to `$TMPDIR`. */
  excludesTmpdir: boolean;
}

type Table = Record<string, unknown>;

/** Part of a file's name in newer versions. */
export const PROFILE_NAME = /^[A-Za-z0-9_-]+$/;

/** The parsed file; a file that Codex itself would refuse says nothing. */
export function readUserConfig(codexHome: string | null): UserConfig {
  const config = configOf(codexHome);
  const policy = table(config["shell_environment_policy"]);
  const bashEnv = table(policy["set"])["BASH_ENV"];
  const workspaceWrite = table(config["sandbox_workspace_write"]);
  return {
    writableRoots: texts(workspaceWrite["writable_roots"]),
    sandbox: {
      mode: textOrNull(config["sandbox_mode"]),
      profile: textOrNull(config["default_permissions"]),
      network:
        typeof workspaceWrite["network_access"] === "boolean"
          ? workspaceWrite["network_access"]
          : null,
      excludesSlashTmp: workspaceWrite["exclude_slash_tmp"] === true,
      excludesTmpdir: workspaceWrite["exclude_tmpdir_env_var"] === true,
    },
    profiles: {
      tables: Object.keys(table(config["profiles"])),
      chosen: textOrNull(config["profile"]),
    },
    trusted: new Set(
      Object.entries(table(config["projects"]))
        .filter(([, project]) => table(project)["trust_level"] === "trusted")
        .map(([path]) => path),
    ),
    reviewedHooks: new Map(
      Object.entries(table(table(config["hooks"])["state"])).flatMap(([key, state]) => {
        const hash = table(state)["trusted_hash"];
        return typeof hash === "string" ? [[key, hash] as const] : [];
      }),
    ),
    bashEnv: textOrNull(bashEnv),
    includeOnly: Array.isArray(policy["include_only"]) ? texts(policy["include_only"]) : null,
  };
}

/**
 * The provider that the person chose in place of OpenAI, in a profile that is named for them or in their own; `null`
 * where OpenAI is in force.
 */
export function userProvider(codexHome: string | null, named?: string | null): string | null {
  const config = configOf(codexHome);
  const profile = table(table(config["profiles"])[String(named ?? config["profile"])]);
  const isName = named !== null && named !== undefined && PROFILE_NAME.test(named);
  const file = isName ? configOf(codexHome, `${named}.config.toml`) : {};
  const provider = file["model_provider"] ?? profile["model_provider"] ?? config["model_provider"];
  return typeof provider === "string" && provider !== "openai" ? provider : null;
}

function configOf(codexHome: string | null, name: string = "config.toml"): Table {
  const text = textBehindLinks(join(codexHome ?? defaultCodexHome(), name));
  return text === null ? {} : parsed(text);
}

function defaultCodexHome(): string {
  return process.env["CODEX_HOME"] || join(homeDirectory(), ".codex");
}

function parsed(text: string): Table {
  try {
    return parse(text);
  } catch {
    return {};
  }
}

/** The value as a table; an empty one for anything else. */
function table(value: unknown): Table {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
  return isTable ? (value as Table) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
