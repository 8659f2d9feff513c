import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives the rollouts of the sample home the time of their last record as time of their last write, as Codex left
 * them. Git keeps no times: after a checkout every thread would look as if it had been written at that moment.
 */
export function restoreTimes(samples) {
  const { threads } = JSON.parse(readFileSync(join(samples, "ledger.json"), "utf8"));
  for (const { rollout, lastRecordAt } of threads) {
    // Whole seconds: a fraction does not survive every file system.
    const time = Math.floor(Date.parse(lastRecordAt) / 1000);
    try {
      utimesSync(join(samples, "codex-home", rollout), time, time);
    } catch {
      // A checkout that belongs to somebody else: the sample is shown with the times it has.
    }
  }
}
