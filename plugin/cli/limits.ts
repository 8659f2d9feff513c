/** `ao-codex limits`: how much of the account's limits is used, as the rollouts tell. */
import { Command, Option } from "commander";
import type { RateLimit, RateLimits, RateLimitWindow } from "../../index.js";
import { OverLimit } from "../terminal/exit-codes.js";
import { clock, distance, windowName } from "../terminal/format.js";
import { windowsOf } from "./limits-words.js";
import { percent } from "./numbers.js";
import { homesOf, jsonOption } from "./options.js";
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

/** The limits of each home: of two of them nobody knows whether they are of one account. */
function readLimits(options: GlobalOptions): Promise<RateLimits[]> {
  return scan(async (native, ...watched) => {
    const read: RateLimits[] = [];
    for (const home of homesOf(options)) read.push(await native.rateLimits(home, ...watched));
    return read;
  });
}

/** The document that `limits --json` prints: its keys are public. */
function limitsDocument(read: readonly RateLimits[]) {
  const hasSeveralHomes = read.length > 1;
  return {
    schemaVersion: 1,
    codexHome: read[0]?.codexHome,
    limits: read.flatMap(({ codexHome, limits }) =>
      limits.map((limit) => ({
        ...(hasSeveralHomes && { codexHome }),
        ...limitDocument(limit),
      })),
    ),
  };
}

function limitDocument({ passed, ...limit }: RateLimit) {
  return {
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

function failOver(read: readonly RateLimits[], most: number): void {
  const now = Date.now();
  for (const limit of read.flatMap(({ limits }) => limits)) {
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
