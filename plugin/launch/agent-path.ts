/**
 * Keeps our wrappers first in the PATH of the commands that Codex runs.
 *
 * Codex runs a command as `bash -lc …`, and the system's profile sets PATH anew (Debian's /etc/profile does, macOS'
 * path_helper reorders it), so nothing that the session's environment says of PATH survives. What runs after the
 * profile does: bash reads `BASH_ENV` last, zsh reads `$ZDOTDIR/.zlogin` last. Both are given through Codex's own
 * `shell_environment_policy.set`, which holds whatever the terminal's shell exports, and whatever part of the
 * environment the user lets Codex pass on. `allow_login_shell=false` would do with one flag, but the user's profile
 * would not be read any more, and Codex up to 0.98 does not know it.
 *
 * One case is left: a profile that itself exports BASH_ENV, in a Codex that takes no snapshot of the shell (up to 0.98,
 * or with `features.shell_snapshot` off). There the user's file is read and ours is not.
 */

import { userInfo } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { tomlInShell } from "./session-values.js";
import { shellQuote, shellQuoteInside } from "./shell.js";
import { tomlString } from "./toml.js";
import type { UserConfig } from "./user-config.js";

const SCRIPTS = fileURLToPath(new URL("../../shell", import.meta.url));

/** The policy of the person's own configuration for the environment of commands. */
export type AgentPathUser = Pick<UserConfig, "bashEnv" | "includeOnly">;

/** Variables that the wrappers, and the scripts that put them first, need. */
const OWN = ["AO_*", "BASH_ENV", "ZDOTDIR", "GH_PATH", "HOME", "PATH", "SHLVL"];

/** Shell words for the launch command; the scripts find the directory in `AO_CODEX_WRAPPERS`. */
export function agentPathFlags(wrapperDir: string, user: AgentPathUser): string[] {
  const flags = [...sessionFlags(), ...includeFlags(user)];
  if (loginShell() === "sh") return [...flags, ...plainShellFlags(wrapperDir)];
  const settings = [
    set("AO_CODEX_WRAPPERS", tomlString(wrapperDir)),
    // bash expands the value of BASH_ENV as if it stood in double quotes.
    set("BASH_ENV", tomlString(`${SCRIPTS}/bash-env.sh`.replaceAll(/[\\$`"]/g, "\\$&"))),
    user.bashEnv === null
      ? setFromShell("AO_CODEX_USER_BASH_ENV", "BASH_ENV")
      : set("AO_CODEX_USER_BASH_ENV", tomlString(user.bashEnv)),
    set("ZDOTDIR", tomlString(`${SCRIPTS}/zsh`)),
    setFromShell("AO_CODEX_USER_ZDOTDIR", "ZDOTDIR"),
  ];
  return [...flags, ...settings.flatMap((word) => ["-c", word])];
}

/**
 * The variables that the wrappers need of the session, whatever part of the environment the person lets Codex pass on.
 * In Codex's Linux sandbox a bash without SHLVL believes that a remote shell started it, and reads `~/.bashrc` in place
 * of BASH_ENV.
 */
function sessionFlags(): string[] {
  const names = ["AO_SESSION", "AO_DATA_DIR", "GH_PATH"];
  const words = [...names.map((name) => setFromShell(name, name)), set("SHLVL", '"1"')];
  return words.flatMap((word) => ["-c", word]);
}

/** Codex takes away what `include_only` does not name, also of what is set. */
function includeFlags({ includeOnly }: AgentPathUser): string[] {
  if (includeOnly === null) return [];
  const names = [...new Set([...includeOnly, ...OWN])].map(tomlString).join(",");
  return ["-c", shellQuote(`shell_environment_policy.include_only=[${names}]`)];
}

/**
 * A plain `sh` reads nothing after the profile, so the profile must not be read again: the session's terminal has read
 * it already, and Codex hands its environment on.
 */
function plainShellFlags(wrapperDir: string): string[] {
  const path = tomlInShell(`${shellQuoteInside(wrapperDir)}":$PATH"`);
  return ["-c", "allow_login_shell=false", "-c", `${key("PATH")}=${path}`];
}

/** The shell that Codex runs commands with: the one of the user's account. */
function loginShell(): string {
  return basename(userInfo().shell ?? "");
}

function set(name: string, value: string): string {
  return shellQuote(`${key(name)}=${value}`);
}

/** The value of the variable in the shell that starts Codex. */
function setFromShell(name: string, variable: string): string {
  return `${key(name)}=${tomlInShell(`"$${variable}"`)}`;
}

function key(name: string): string {
  return `shell_environment_policy.set.${name}`;
}
