/**
 * Questions about what somebody else may have put in a work tree or named in one, for a launch, which the orchestrator
 * wants at once: no link is followed where none is due, nothing is waited for, and a mount that does not answer has
 * nothing on it.
 */

import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { disksAnswerSync } from "../native.js";
import { textOfFile as textOf } from "../safe-file.js";

/** The kind of what is at a path, links not followed; `unknown` where nobody says. */
export type Kind = "directory" | "file" | "other" | "unknown";

/** False where the disk under a path does not answer. */
export function answers(path: string): boolean {
  return disksAnswerSync([path])[0] === true;
}

/** The text of a regular file of up to 1 MB that is no link; `null` for anything else, and for nothing. */
export function textOfFile(path: string): string | null {
  return answers(path) ? textOf(path) : null;
}

/** The path without links; `null` where nothing is there. */
export function realPathOf(path: string): string | null {
  if (!answers(path)) return null;
  try {
    return realpathSync(path);
  } catch {
    // Not there, or not ours to look at.
    return null;
  }
}

/** `null` where nothing is there. */
export function kindOf(path: string): Kind | null {
  if (!answers(path)) return "unknown";
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isDirectory()) return "directory";
    return stat.isFile() ? "file" : "other";
  } catch {
    // Below a file, or not ours to look at.
    return "unknown";
  }
}

/** The names in a directory; `null` where they cannot be listed. */
export function namesIn(directory: string): string[] | null {
  if (!answers(directory)) return null;
  try {
    return readdirSync(directory);
  } catch {
    // Not there, or not ours to read.
    return null;
  }
}
