/** The limits of the account in a few words, for lines that say other things too. */
import type { RateLimit, RateLimits, RateLimitWindow } from "../../index.js";
import { clock, percentage, windowName } from "../terminal/format.js";

/** The windows of a limit that run now, the shorter one first. */
export function windowsOf({ primary, secondary }: RateLimit): RateLimitWindow[] {
  return [primary, secondary].filter((window) => window !== null);
}

/** The limit that every model counts to, else the first that is known; of several homes the one read last. */
export function mainLimit(read: readonly RateLimits[]): RateLimit | undefined {
  const mains = read.map(
    ({ limits }) => limits.find(({ limitId }) => limitId === "codex") ?? limits[0],
  );
  return mains
    .filter((limit) => limit !== undefined)
    .toSorted((a, b) => b.readAtMs - a.readAtMs)[0];
}

/** Its windows, the shorter first; none where no limit is known. */
export function mainWindows(read: readonly RateLimits[]): RateLimitWindow[] {
  const main = mainLimit(read);
  return main === undefined ? [] : windowsOf(main);
}

/** `61 % of 5 h, resets 14:20` */
export function windowWords(window: RateLimitWindow, nowMs: number): string {
  const used = `${percentage(window.usedPercent)} of ${windowName(window.windowMinutes)}`;
  const { resetsAtMs } = window;
  return resetsAtMs === null ? used : `${used}, resets ${clock(resetsAtMs, nowMs)}`;
}
