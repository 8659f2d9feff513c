/**
 * The directories outside of its work tree that an agent needs to write to, and no more.
 *
 * A session works in a linked work tree, whose index and HEAD, objects and refs lie in the main repository: without
 * them neither a branch nor a commit can be made, and without the directory of the session's metadata neither is
 * noted. `hooks` and `config` of the repository stay read-only: who can write them runs commands outside of the
 * sandbox. A clone has its index beside them: see `permission-profile.ts`.
 */

import { join, sep } from "node:path";
import type { BinaryFacts } from "../../index.js";
import { realPathOf } from "./guarded.js";
import type { Permissions } from "./permissions.js";
import { writesInSandbox } from "./permissions.js";
import { tomlInShell } from "./session-values.js";
import { shellQuote, shellQuoteInside } from "./shell.js";
import { tomlString } from "./toml.js";
import { workTreeOf } from "./work-tree.js";

export interface SandboxSettings {
  permissions: Permissions;
  facts: BinaryFacts;
  /** True if commands may use the network; `null` where nobody said. */
  networkAccess: boolean | null;
  /** The project's own checkout. */
  projectPath: string | null;
  /** The directory that the session works in; `null` where the orchestrator did not say. */
  workspacePath: string | null;
  isClone: boolean;
  /** The person's own, which the flag would replace. */
  writableRoots: readonly string[];
  /** Directories that `agentConfig` adds. */
  addDirs: readonly string[];
}

/** The directories of the main repository that a commit in a linked work tree writes to. */
const SHARED = ["objects", "refs", "logs"];

/** Shell words for the launch command; none where nothing runs in a sandbox that may write. */
export function sandboxFlags(settings: SandboxSettings): string[] {
  if (!writesInSandbox(settings.permissions, settings.facts)) return [];
  return [...rootFlags(settings), ...networkFlags(settings)];
}

function networkFlags({ networkAccess, permissions }: SandboxSettings): string[] {
  // An agent of the orchestrator has to push, and under `auto-edit` there is nobody to ask.
  const isOn = networkAccess ?? (permissions === "auto-edit" ? true : null);
  return isOn === null ? [] : ["-c", `sandbox_workspace_write.network_access=${isOn}`];
}

function rootFlags(settings: SandboxSettings): string[] {
  const { addDirs, isClone, writableRoots } = settings;
  const shared = isClone ? null : repositoryOf(settings);
  const literal = [
    ...(shared === null ? [] : SHARED.map((name) => join(shared, name))),
    ...addDirs,
    ...writableRoots,
  ].map((path) => `${tomlString(path)},`);
  const start = shellQuote(`sandbox_workspace_write.writable_roots=[${literal.join("")}`);
  // The shell of the session knows both.
  const told = tomlInShell(
    ...(shared === null ? [] : [ownGitDir(settings, shared)]),
    '"${AO_DATA_DIR:-$PWD}"',
  );
  return ["-c", `${start}${told}"]"`];
}

/** A shell word: what is the work tree's own in the repository, else the work tree, which is writable anyway. */
function ownGitDir({ workspacePath }: SandboxSettings, shared: string): string {
  const trees = join(shared, "worktrees") + sep;
  if (workspacePath !== null) {
    const { gitDir } = workTreeOf(workspacePath) ?? {};
    return gitDir?.startsWith(trees) === true ? shellQuoteInside(gitDir) : '"$PWD"';
  }
  // Never the repository itself: its hooks and configuration would be writable with it.
  return (
    `"$(d=$(git rev-parse --absolute-git-dir 2>/dev/null); case $d in ` +
    `*/../*) d=$PWD;; ${shellQuoteInside(trees)}?*) ;; *) d=$PWD;; esac; printf %s "$d")"`
  );
}

/** The repository that the project's checkout belongs to. */
function repositoryOf({ projectPath, workspacePath }: SandboxSettings): string | null {
  for (const path of [projectPath, workspacePath]) {
    const real = path === null ? null : realPathOf(path);
    const tree = real === null ? null : workTreeOf(real);
    if (tree !== null) return tree.commonDir;
  }
  return null;
}
