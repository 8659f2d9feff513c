/** Waits for what another process will do. */
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** Resolves when `holds` does, and rejects when that takes longer than anything should. */
export const until = async (holds, what = String(holds)) => {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
};
