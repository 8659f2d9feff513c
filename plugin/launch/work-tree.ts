/**
 * A work tree and the repository that it belongs to. Read from `.git`, without running git; a file there that is not
 * what git writes names nothing.
 */

import { dirname, join, resolve } from "node:path";
import { answers, kindOf, realPathOf, textOfFile } from "./guarded.js";

export interface WorkTree {
  /** The directory that holds `.git`. */
  top: string;
  /** The work tree of the repository that `.git` stands for; `top` itself where it is no linked one. */
  main: string;
  /** The repository: `objects`, `refs`, `hooks`, `config`. */
  commonDir: string;
  /** The work tree's own git directory: its index and HEAD. */
  gitDir: string;
}

/**
 * The directories that Codex asks to trust when it starts in a project: the work tree it starts in, and for a linked
 * work tree or a subdirectory the main one. Every spelling under which Codex may look the project up; the given one
 * first, absolute.
 */
export function trustedDirectories(project: string): string[] {
  const given = resolve(project);
  const names = [given];
  const real = realPathOf(given);
  if (real !== null) {
    names.push(real);
    const found = workTreeOf(real);
    if (found !== null) names.push(found.top, found.main);
  }
  return [...new Set(names)];
}

/** The work tree that a directory lies in; `null` where it lies in none, or its disk does not answer. */
export function workTreeOf(start: string): WorkTree | null {
  if (!answers(start)) return null;
  for (let dir = start; ; dir = dirname(dir)) {
    const git = join(dir, ".git");
    const kind = kindOf(git);
    if (kind === "directory") return { top: dir, main: dir, commonDir: git, gitDir: git };
    if (kind === "file")
      return linkedAt(dir) ?? { top: dir, main: dir, commonDir: git, gitDir: git };
    if (dir === dirname(dir)) return null;
  }
}

/** `.git` of a linked work tree names its folder in the repository; `commondir` there leads to the repository. */
function linkedAt(top: string): WorkTree | null {
  const named = pathIn(join(top, ".git"), "gitdir: ");
  if (named === null) return null;
  const gitDir = resolve(top, named);
  // Asked for by itself: what lies below a directory that does not answer is not asked again.
  if (!answers(gitDir)) return null;
  const common = pathIn(join(gitDir, "commondir"), "");
  if (common === null) return null;
  const commonDir = realPathOf(resolve(gitDir, common));
  return commonDir === null ? null : { top, main: dirname(commonDir), commonDir, gitDir };
}

/** The path that a file of git names after `key`: all but the ends of lines at its end, as git reads it. */
function pathIn(file: string, key: string): string | null {
  const text = textOfFile(file);
  if (text?.startsWith(key) !== true) return null;
  return text.slice(key.length).replace(/[\r\n]+$/, "") || null;
}
