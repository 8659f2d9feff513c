/** `ao-codex statusline`: one line for tmux, prompts and bars. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { HomeUsage, RateLimits, RateLimitWindow } from "../../index.js";
import { threadState } from "../session/state/thread-state.js";
import { dollars } from "../terminal/format.js";
import { writeLines } from "../terminal/stdout.js";
import { plain } from "../terminal/text.js";
import { mainLimit, windowWords } from "./limits-words.js";
import { parseSpan } from "./dates.js";
import { aoHomeOf, homesOf, scope } from "./options.js";
import type { GlobalOptions } from "./options.js";
import { loadNative, scan } from "./scan.js";

/** A turn that has been silent for longer has died, see `threadState`. */
const SILENT_MS = 60 * 60_000;

/** The parts that are known, with this between them, where no format is given. */
const SEPARATOR = " · ";

/** The parts that a format may name. One that is not known is empty. */
const PARTS = ["today", "limit", "week", "active", "plan"] as const;
type Part = (typeof PARTS)[number];

interface StatuslineOptions extends GlobalOptions {
  format?: string;
}

export function statuslineCommand(): Command {
  return new Command("statusline")
    .description("print one line: today's spend, the limits, and how many threads are active")
    .addOption(
      new Option(
        "--format <text>",
        `the line, with ${PARTS.map((part) => `{${part}}`).join(", ")} in it`,
      ).argParser(format),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ ao-codex statusline --format '{today} | {limit} | {active}'",
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<StatuslineOptions>();
      const parts = await readParts(options);
      writeLines([
        options.format === undefined
          ? lineOf(parts)
          : options.format.replaceAll(NAMED, (_, part: Part) => parts[part]),
      ]);
    });
}

const NAMED = /\{(\w+)\}/g;

function format(text: string): string {
  const unknown = [...text.matchAll(NAMED)].find(([, name]) => !PARTS.includes(name as Part));
  if (unknown === undefined) return text;
  const known = PARTS.map((part) => `{${part}}`).join(", ");
  throw new InvalidArgumentError(`There is no ${unknown[0]}: it knows ${known}.`);
}

async function readParts(options: GlobalOptions): Promise<Record<Part, string>> {
  const nowMs = Date.now();
  const today = parseSpan("today", new Date(nowMs)).startMs;
  const query = { ...scope(options), sinceMs: today, runningSinceMs: nowMs - SILENT_MS };
  // At once: they share one look at the home.
  const [bill, limits] = await Promise.all([
    scan((addon, ...watched) => addon.homeUsage(query, ...watched)),
    Promise.all(
      homesOf(options).map((home) =>
        scan((addon, ...watched) => addon.rateLimits(home, ...watched)),
      ),
    ),
  ]);
  const active = await activeThreads(bill, nowMs, aoHomeOf(options));
  return {
    today: dollars(bill.totals.estimatedCostUsd),
    active: String(active),
    ...limitParts(limits, nowMs),
  };
}

function limitParts(read: readonly RateLimits[], nowMs: number) {
  const main = mainLimit(read);
  const words = (window: RateLimitWindow | null | undefined) =>
    window ? windowWords(window, nowMs) : "";
  return {
    // An account may have the longer window alone.
    limit: words(main?.primary ?? main?.secondary),
    week: words(main?.secondary),
    plan: plain(main?.planType ?? ""),
  };
}

async function activeThreads(home: HomeUsage, nowMs: number, aoHome: string): Promise<number> {
  const { readHookEvidence } = await import("../session/state/hook-evidence.js");
  const evidence = await readHookEvidence(await loadNative(), aoHome);
  const states = home.threads.map((thread) => threadState(thread, nowMs, evidence).state);
  return states.filter((state) => state === "active").length;
}

function lineOf({ today, limit, active }: Record<Part, string>): string {
  const known = [`${today} today`, limit, `${active} active`].filter((part) => part !== "");
  return known.join(SEPARATOR);
}
