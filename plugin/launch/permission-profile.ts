/**
 * The sandbox of a session whose workspace is a repository of its own: a clone, or the project's own checkout.
 *
 * There the index and HEAD lie beside `hooks` and `config`, so that no list of writable directories lets an agent
 * commit and nothing more. A permission profile does: it names what may be written and what within that may not. It
 * stands in place of the older sandbox settings, so it takes over what the person's own say.
 */

import { join } from "node:path";
import type { BinaryFacts } from "../../index.js";
import type { CodexSettings } from "./agent-config.js";
import { kindOf } from "./guarded.js";
import type { Permissions } from "./permissions.js";
import { writesInSandbox } from "./permissions.js";
import { tomlInShell } from "./session-values.js";
import { shellQuote, shellQuoteInside } from "./shell.js";
import { tomlString } from "./toml.js";
import type { UserConfig } from "./user-config.js";
import { isVersionFrom } from "./version.js";

export interface ProfileSettings {
  permissions: Permissions;
  facts: BinaryFacts;
  codex: Pick<CodexSettings, "sandbox">;
  user: Pick<UserConfig, "sandbox" | "writableRoots">;
  /** True if commands may use the network; `null` where nobody said. */
  networkAccess: boolean | null;
  addDirs: readonly string[];
  /** The directory that the session works in; `null` where the orchestrator did not say. */
  workspacePath: string | null;
  isClone: boolean;
}

/** Older ones have no profiles, or none that can extend another. */
const FIRST_VERSION = [0, 144] as const;

/** The files of a repository that run commands for whoever works in it. */
const KEPT = ["hooks", "config", "config.worktree"];

/** Writable in any case: stands in for a directory that must not be named twice. */
const SPARE = ".git/refs";

/** The reason why a session in a repository of its own cannot commit; `null` where it can, or is in none. */
export function profileObstacle(settings: ProfileSettings): string | null {
  const { codex, facts, user } = settings;
  if (!writesInSandbox(settings.permissions, settings.facts) || !isOwnRepository(settings))
    return null;
  const chosen = codex.sandbox ?? user.sandbox.mode;
  if (chosen !== null && chosen !== "workspace-write") return `the sandbox is ${chosen}`;
  if (isVersionFrom(facts.version, FIRST_VERSION)) return null;
  return `Codex ${facts.version ?? "of an unknown version"} cannot open .git without its hooks`;
}

/** Shell words for the launch command; `null` where the older settings are the right ones. */
export function profileFlags(settings: ProfileSettings): string[] | null {
  if (!writesInSandbox(settings.permissions, settings.facts) || !isOwnRepository(settings))
    return null;
  if (profileObstacle(settings) !== null) return null;
  const parent = tomlString(settings.user.sandbox.profile ?? ":workspace");
  const words = [
    shellQuote(`permissions.ao={extends=${parent},filesystem={${literalRules(settings)}`),
    ...repositoryRules(settings),
    dataDirectoryRule(settings),
    shellQuote(`}${networkRule(settings)}}`),
  ];
  return ["-c", `'default_permissions="ao"'`, "-c", words.join("")];
}

/** Only a real directory: what else `.git` is leads to another repository. */
function isOwnRepository({ isClone, workspacePath }: ProfileSettings): boolean {
  if (workspacePath === null) return isClone;
  return kindOf(join(workspacePath, ".git")) === "directory";
}

function literalRules({ addDirs, user, workspacePath }: ProfileSettings): string {
  const temporary = [
    ...(user.sandbox.excludesSlashTmp ? [":slash_tmp"] : []),
    ...(user.sandbox.excludesTmpdir ? [":tmpdir"] : []),
  ].map((name) => `${tomlString(name)}="read",`);
  const own = ownKeys(workspacePath);
  const writable = [...new Set([...addDirs, ...user.writableRoots])].filter(
    (path) => !own.includes(path),
  );
  return [...temporary, ...writable.map((path) => `${tomlString(path)}="write",`)].join("");
}

/**
 * The paths that have a rule of ours, where they are known: a person may have made `.git` writable for the same reason.
 */
function ownKeys(workspacePath: string | null): string[] {
  if (workspacePath === null) return [];
  return ["", ...KEPT.map((name) => `/${name}`)]
    .map((name) => join(workspacePath, ".git") + name)
    .concat(join(workspacePath, SPARE));
}

/** In the shell of the session where only that knows the directory. */
function repositoryRules({ workspacePath }: ProfileSettings): string[] {
  const access = [["", "write"], ...KEPT.map((name) => [`/${name}`, "read"])] as const;
  return access.map(([name, value]) =>
    workspacePath === null
      ? `${tomlInShell(`"$PWD"/.git${name}`)}=${shellQuote(`"${value}",`)}`
      : shellQuote(`${tomlString(join(workspacePath, ".git") + name)}="${value}",`),
  );
}

/** TOML takes no key twice. */
function dataDirectoryRule({ addDirs, user, workspacePath }: ProfileSettings): string {
  const spare =
    workspacePath === null ? `"$PWD"/${SPARE}` : shellQuoteInside(join(workspacePath, SPARE));
  const taken = [...addDirs, ...user.writableRoots, ...ownKeys(workspacePath)];
  const pattern = [`''`, ...new Set(taken.map(shellQuoteInside))].join("|");
  const directory = `case $AO_DATA_DIR in ${pattern}) set -- ${spare};; *) set -- "$AO_DATA_DIR";; esac`;
  return `"$(${directory}; printf %s ${tomlInShell('"$1"')})"'="write"'`;
}

function networkRule({ networkAccess, permissions, user }: ProfileSettings): string {
  const isOn = networkAccess ?? (permissions === "auto-edit" ? true : user.sandbox.network);
  return isOn === null ? "" : `,network={enabled=${isOn}}`;
}
