import { isDeepStrictEqual } from "node:util";

import { reportLimits } from "../ao-codex.mjs";
import { run, say, telling } from "../steps.mjs";

const NOW_SECONDS = Math.floor(Date.now() / 1000);
const RESETS = { primary: NOW_SECONDS + 5400, secondary: NOW_SECONDS + 300_000 };

/** What the provider says beside each response, in the words of all versions at once. */
const headers = (primary, secondary) => ({
  "x-codex-primary-used-percent": String(primary),
  "x-codex-primary-window-minutes": "300",
  "x-codex-primary-reset-at": String(RESETS.primary),
  "x-codex-primary-reset-after-seconds": String(RESETS.primary - Math.floor(Date.now() / 1000)),
  "x-codex-secondary-used-percent": String(secondary),
  "x-codex-secondary-window-minutes": "10080",
  "x-codex-secondary-reset-at": String(RESETS.secondary),
  "x-codex-secondary-reset-after-seconds": String(RESETS.secondary - Math.floor(Date.now() / 1000)),
});

/** The clock of one machine, read by two processes and rounded to seconds. */
const CLOSE_SECONDS = 30;

/** A thread that uses some of the account's limits, another one that uses more, and a look at what is left. */
export const limits = {
  name: "limits",
  since: "0.45.0",
  async play(lab) {
    await lab.exec([telling(headers(12.5, 3), run("echo one")), telling(headers(20, 4))]);
    await lab.exec([telling(headers(61, 7), say())]);
  },
  async problems(where) {
    const read = await reportLimits(where);
    const found = read.limits.map(({ limitId, primary, secondary }) => [
      limitId,
      ...[primary, secondary].map((window) => [window?.usedPercent, window?.windowMinutes]),
    ]);
    const expected = [["codex", [61, 300], [7, 10_080]]];
    const told = JSON.stringify(read.limits);
    const isClose = ["primary", "secondary"].every((side) => {
      const resetsAt = Date.parse(read.limits[0]?.[side]?.resetsAt) / 1000;
      return Math.abs(resetsAt - RESETS[side]) <= CLOSE_SECONDS;
    });
    return [
      ...(isDeepStrictEqual(found, expected) ? [] : [`the limits are ${told}`]),
      ...(isClose ? [] : [`the resets are not ${JSON.stringify(RESETS)}: ${told}`]),
    ];
  },
};
