/** When something was started, as far as the system tells. */

import { exactStartMs } from "./proc.js";
import type { RunningCodex } from "./running.js";
import type { Process } from "./table.js";

/** What a list of processes says of a start may be so much later than the start was. */
const LIST_TOLERANCE_MS = 1_000;

/** The system counts in steps of 10 ms; the hook that noted a moment was started just before. */
const EXACT_TOLERANCE_MS = 20;

/** When a process was started, as early as that may have been, in milliseconds since 1970. */
export async function earliestStartMs({ pid, startedAtMs }: Process): Promise<number> {
  const exact = process.platform === "linux" ? await exactStartMs(pid) : null;
  return exact === null ? startedAtMs - LIST_TOLERANCE_MS : exact - EXACT_TOLERANCE_MS;
}

/** Whether Codex has started something since a moment, that still runs. */
export async function hasStartedSince(codex: RunningCodex, sinceMs: number): Promise<boolean> {
  const candidates = codex.descendants.filter(({ startedAtMs }) => startedAtMs >= sinceMs);
  const starts = await Promise.all(candidates.map(earliestStartMs));
  return starts.some((startMs) => startMs > sinceMs);
}
