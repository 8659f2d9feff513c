/**
 * The orchestrator's own activity log in a workspace, `.ao/activity.jsonl`, which its later versions keep: a line for
 * each state that they saw on the screen. An agent can write there too, so nothing but a state is taken.
 */

import { open } from "node:fs/promises";
import { join } from "node:path";
import { constants } from "node:fs";
import type { ActivityState } from "../../host.js";
import type { LogEvidence } from "./evidence.js";

/** A line has less than 1 KB, unless what was on the screen is long. */
const TAIL_BYTES = 8 * 1024;

/** A question that was not seen again for so long was answered without anybody looking. */
const FRESH_MS = 5 * 60 * 1000;

const STATES = new Set(["active", "ready", "idle", "waiting_input", "blocked"]);

/** The last line; `null` where there is none. */
export async function readActivityLog(
  workspacePath: string,
  nowMs: number,
): Promise<LogEvidence | null> {
  const text = await readTail(join(workspacePath, ".ao", "activity.jsonl"));
  // A line that is still being written is none yet.
  const line = text.split("\n").slice(0, -1).at(-1) ?? "";
  const { state, ts } = parse(line);
  return logEvidence(state, typeof ts === "string" ? Date.parse(ts) : null, nowMs);
}

/** What such a line says; `null` where it says no state. */
export function logEvidence(
  state: unknown,
  atMs: number | null,
  nowMs: number,
): LogEvidence | null {
  if (!isState(state) || atMs === null || Number.isNaN(atMs)) return null;
  return { state, atMs, isFresh: Math.abs(nowMs - atMs) <= FRESH_MS };
}

async function readTail(path: string): Promise<string> {
  try {
    // A pipe of this name would wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(TAIL_BYTES),
        position: Math.max(0, size - TAIL_BYTES),
      });
      return buffer.subarray(0, bytesRead).toString("utf8");
    } finally {
      await file.close();
    }
  } catch {
    // Most orchestrators keep none.
    return "";
  }
}

function parse(line: string): { ts?: unknown; state?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

function isState(value: unknown): value is ActivityState {
  return typeof value === "string" && STATES.has(value);
}
