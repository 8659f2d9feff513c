/**
 * Which directories Codex asks to trust when it starts in a project: the work tree it starts in, and for a linked work
 * tree or a subdirectory the main one. Read from `.git`, without running git.
 */

import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Every spelling under which Codex may look the project up; the given one first, absolute. */
export function trustedDirectories(project: string): string[] {
  const given = resolve(project);
  const names = [given];
  try {
    const real = realpathSync(given);
    names.push(real);
    const found = workTreeOf(real);
    if (found !== null) names.push(found.top, found.main);
  } catch {
    // What is not there, or not ours to read, has no other name.
  }
  return [...new Set(names)];
}

/** The directory that holds `.git`, and the one that holds the repository which `.git` stands for. */
function workTreeOf(start: string): { top: string; main: string } | null {
  for (let dir = start; ; dir = dirname(dir)) {
    const stat = statSync(join(dir, ".git"), { throwIfNoEntry: false });
    if (stat?.isDirectory()) return { top: dir, main: dir };
    if (stat?.isFile()) return { top: dir, main: mainOf(dir) ?? dir };
    if (dir === dirname(dir)) return null;
  }
}

/** `.git` of a linked work tree names its folder in the repository; `commondir` there leads to the repository. */
function mainOf(top: string): string | null {
  const gitDir = /^gitdir: (.+)$/m.exec(readFileSync(join(top, ".git"), "utf8"))?.[1]?.trim();
  if (gitDir === undefined) return null;
  const folder = resolve(top, gitDir);
  if (!statSync(join(folder, "commondir"), { throwIfNoEntry: false })) return null;
  const common = resolve(folder, readFileSync(join(folder, "commondir"), "utf8").trim());
  return dirname(realpathSync(common));
}
