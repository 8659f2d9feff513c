/** `ao-codex limits`: how much of the account's limits is used, as the rollouts tell. */
import { Command, Option } from "commander";
import type { RateLimits, RateLimitWindow } from "../../index.js";
import { OverLimit } from "../terminal/exit-codes.js";
import { clock, distance, windowName } from "../terminal/format.js";
import { windowsOf } from "./limits-words.js";
import { percent } from "./numbers.js";
import { homeOf, jsonOption } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { printJson } from "./print-json.js";
import { scan } from "./scan.js";

interface LimitsOptions extends GlobalOptions {
  failOver?: number;
  json?: true;
}

export function limitsCommand(): Command {
  return new Command("limits")
    .description("show how much of the account's 5-hour and weekly limits is used")
    .addOption(new Option("--fail-over <percent>", "end with 3 if more is used").argParser(percent))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nRead from the newest rollout that says it; nobody is asked over the network.\n\nExample:\n  $ ao-codex limits --fail-over 90 && codex exec 'fix the tests'",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<LimitsOptions>();
      const read = await readLimits(options);
      if (options.json) printJson(limitsDocument(read));
      else {
        const { printLimits } = await import("./limits-table.js");
        printLimits(read, Date.now());
      }
      if (options.failOver !== undefined) failOver(read, options.failOver);
    });
}

export function readLimits(options: GlobalOptions): Promise<RateLimits> {
  return scan((native, ...watched) => native.rateLimits(homeOf(options), ...watched));
}

/** The document that `limits --json` prints: its keys are public. */
function limitsDocument({ codexHome, limits }: RateLimits) {
  return {
    schemaVersion: 1,
    codexHome,
    limits: limits.map(({ passed, ...limit }) => ({
      limitId: limit.limitId,
      planType: limit.planType,
      primary: windowDocument(limit.primary),
      secondary: windowDocument(limit.secondary),
      credits: limit.credits,
      readAt: iso(limit.readAtMs),
      threadId: limit.threadId,
      passed: passed.map(({ usedPercent, windowMinutes, resetsAtMs }) => ({
        usedPercent,
        windowMinutes,
        resetsAt: iso(resetsAtMs),
      })),
    })),
  };
}

function windowDocument(window: RateLimitWindow | null) {
  if (window === null) return null;
  const { fullAtMs, lastHourPercent, resetsAtMs, usedPercent, windowMinutes } = window;
  return {
    usedPercent,
    windowMinutes,
    resetsAt: iso(resetsAtMs),
    lastHourPercent,
    fullAt: iso(fullAtMs),
  };
}

/** The latest moment that a date can be. */
const LAST_MS = 8.64e15;

function iso(timeMs: number | null): string | null {
  return timeMs === null || Math.abs(timeMs) > LAST_MS ? null : new Date(timeMs).toISOString();
}

function failOver({ limits }: RateLimits, most: number): void {
  const now = Date.now();
  for (const limit of limits) {
    for (const window of windowsOf(limit)) {
      if (window.usedPercent <= most) continue;
      const { resetsAtMs, usedPercent } = window;
      const reset =
        resetsAtMs === null
          ? ""
          : `, until ${clock(resetsAtMs, now)} (${distance(resetsAtMs - now)})`;
      const used = `${usedPercent} % of the ${windowName(window.windowMinutes)} limit is used`;
      throw new OverLimit(`${used}, more than ${most} %${reset}`);
    }
  }
}
