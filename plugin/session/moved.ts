/** Tells whether a session's work tree was moved since its thread last ran, as a migration of the storage does. */

import { open } from "node:fs/promises";
import { constants } from "node:fs";
import { basename } from "node:path";
import { answers, realPathOf } from "../launch/guarded.js";

/** The last `turn_context` is looked for in so much of the end of a rollout, in bytes: more than most turns have. */
const TAIL_BYTES = 4 << 20;

/**
 * True if Codex would ask in which directory the thread goes on: its last turn ran in another than the session's, which
 * has the work tree's name still, or is not known. `false` where the records do not say.
 */
export async function hasMoved(
  rolloutPath: string,
  workspacePath: string | null,
): Promise<boolean> {
  if (!answers(rolloutPath)) return false;
  const cwd = lastDirectoryIn(await tailOf(rolloutPath).catch(() => ""));
  if (cwd === null) return false;
  if (workspacePath === null) return true;
  // The records' directory is not looked up: its disk may not answer. A spelling too many only says where to go on.
  const names = [workspacePath, realPathOf(workspacePath)];
  return basename(cwd) === basename(workspacePath) && !names.includes(cwd);
}

function lastDirectoryIn(text: string): string | null {
  const lines = text.split("\n");
  const line = lines.findLast((one) => one.includes('"type":"turn_context"'));
  if (line === undefined) return null;
  try {
    const { payload } = JSON.parse(line) as { payload?: { cwd?: unknown } | null };
    return typeof payload?.cwd === "string" ? payload.cwd : null;
  } catch {
    // Its beginning is not in the tail.
    return null;
  }
}

/** A compressed rollout has nothing in it that is found. */
async function tailOf(path: string): Promise<string> {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) return "";
    const length = Math.min(found.size, TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(length),
      0,
      length,
      found.size - length,
    );
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
