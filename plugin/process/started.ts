/** Whether Codex has started something since a moment, that still runs. */

import { exactStartMs } from "./proc.js";
import type { RunningCodex } from "./running.js";

/** What a list of processes says of a start may be so much later than the start was. */
const LIST_TOLERANCE_MS = 1_000;

/** The system counts in steps of 10 ms; the hook that noted the moment was started just before. */
const EXACT_TOLERANCE_MS = 20;

export async function hasStartedSince(codex: RunningCodex, sinceMs: number): Promise<boolean> {
  const candidates = codex.descendants.filter(({ startedAtMs }) => startedAtMs >= sinceMs);
  const starts = await Promise.all(
    candidates.map(async ({ pid, startedAtMs }) => {
      const exact = process.platform === "linux" ? await exactStartMs(pid) : null;
      return exact === null ? startedAtMs - LIST_TOLERANCE_MS : exact - EXACT_TOLERANCE_MS;
    }),
  );
  return starts.some((startMs) => startMs > sinceMs);
}
