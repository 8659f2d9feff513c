/** Small files that somebody else may have put where we look: read without waiting, without surprise, or not at all. */

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** `.git`, `commondir`, `hooks.json` and configurations are a few kilobytes. */
const LIMIT_BYTES = 1 << 20;

/** A FIFO without a writer would hold the open up; on Windows there is no such flag. */
const WITHOUT_WAITING = constants.O_NONBLOCK ?? 0;
const WITHOUT_LINKS = constants.O_NOFOLLOW ?? 0;

/** The text of a regular file of up to 1 MB that is no link; `null` for anything else, and for nothing. */
export function textOfFile(path: string): string | null {
  return read(path, WITHOUT_LINKS, LIMIT_BYTES);
}

/** Reads a file where a link is the person's own choice, as for their configuration. */
export function textBehindLinks(path: string, limitBytes: number = LIMIT_BYTES): string | null {
  return read(path, 0, limitBytes);
}

function read(path: string, links: number, limitBytes: number): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY | WITHOUT_WAITING | links);
    const { size } = fstatSync(descriptor);
    if (!fstatSync(descriptor).isFile() || size > limitBytes) return null;
    const bytes = Buffer.alloc(size);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, size, 0));
  } catch {
    // Not there, or not ours to read.
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
