/** The permissions that this user has on the disk. */

import { accessSync, chmodSync, constants, lstatSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { dirname } from "node:path";

/** The kind of file at a path, links followed; `null` where there is nothing, or nobody may look. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

export function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

export function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Tells whether something is there, a link that leads nowhere among it. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

export function may(path: string, mode: "read" | "write" | "run" | "list" | "fill"): boolean {
  const { R_OK, W_OK, X_OK } = constants;
  const modes = { read: R_OK, write: W_OK, run: X_OK, list: R_OK | X_OK, fill: W_OK | X_OK };
  try {
    accessSync(path, modes[mode]);
    return true;
  } catch {
    return false;
  }
}

/** The first directory on the way up that is there: where `path` would be created. */
export function nearest(path: string): string {
  for (let place = path; ; place = dirname(place)) {
    if (isThere(place) || place === dirname(place)) return place;
  }
}

/** Gives the user these rights, and takes those, where the file is the user's own; says so, else `null`. */
export function giveRights(path: string, rights: number, taken = 0): string | null {
  const stat = statOf(path);
  if (stat === null || stat.uid !== process.getuid?.()) return null;
  const mode = ((stat.mode & 0o7777) | rights) & ~taken;
  if (mode === (stat.mode & 0o7777)) return null;
  chmodSync(path, mode);
  return `gave ${path} the mode ${mode.toString(8)}`;
}
