/**
 * `ao-codex sessions --watch`: the list as it is, until `q` or Ctrl-C. While nothing happens, almost nothing is done.
 */
import { once } from "node:events";
import type { HomeUsage, RateLimits } from "../../index.js";
import { sessionsDocument } from "./document.js";
import { safeJson } from "../terminal/sanitize.js";
import { dollars } from "../terminal/format.js";
import { parseSpan } from "./dates.js";
import { mainWindows, windowWords } from "./limits-words.js";
import { aoHomeOf, homesOf, scope } from "./options.js";
import type { SessionsOptions } from "./options.js";
import { loadNative, scanHome } from "./scan.js";
import { columnsOf, exitWhenNobodyReads } from "../terminal/stdout.js";
import { InPlace } from "../terminal/alternate-screen.js";
import { Keys } from "../terminal/keys.js";
import type { Key } from "../terminal/keys.js";
import { shorten } from "../terminal/text.js";
import { sessionsQuery } from "./sessions-query.js";
import { SORTS, chosen } from "./sessions-choice.js";
import type { Sort } from "./sessions-choice.js";
import { sessionLines } from "./sessions-table.js";
import type { HookEvidence } from "../session/state/hook-evidence.js";
import { readThreadEvidence } from "../session/state/thread-evidence.js";

/** The interval at which it is asked whether anything changed: that costs the addon some microseconds. */
const ASK_MS = 1_000;
/** The interval at which the list is drawn anew all the same: times pass, and hooks tell of states. */
const DRAW_MS = 10_000;

export async function watchSessions(options: SessionsOptions): Promise<void> {
  exitWhenNobodyReads();
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  const show = options.json ? new Documents(options) : new Table(options, end);
  try {
    await follow(options, show, stop.signal);
  } finally {
    show.end();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.removeListener(signal, end);
  }
}

interface Show {
  /** Ends a pause: there is something to draw. */
  wake: (() => void) | null;
  isOutdated(): boolean;
  draw(home: HomeUsage): Promise<void>;
  end(): void;
}

async function follow(options: SessionsOptions, show: Show, stop: AbortSignal): Promise<void> {
  const native = await loadNative();
  let home: HomeUsage | null = null;
  let known = "";
  let drawnAt = 0;
  while (!stop.aborted) {
    const revisions = await Promise.all(homesOf(options).map((one) => native.homeRevision(one)));
    const revision = revisions.join();
    if (home === null || revision !== known) {
      home = await scanHome(sessionsQuery(options));
      known = revision;
      drawnAt = 0;
    }
    if (performance.now() - drawnAt >= DRAW_MS || drawnAt === 0) {
      await show.draw(home);
      drawnAt = performance.now();
    }
    if (!show.isOutdated()) await sleep(ASK_MS, stop, show);
    if (show.isOutdated()) drawnAt = 0;
  }
}

async function evidenceOf(home: HomeUsage, options: SessionsOptions): Promise<HookEvidence> {
  const isExplained = options.explain === true || options.json === true;
  return readThreadEvidence(await loadNative(), aoHomeOf(options), home, isExplained);
}

/** One document a line, when it is another one. */
class Documents implements Show {
  readonly #options: SessionsOptions;
  #last = "";
  wake = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async draw(home: HomeUsage): Promise<void> {
    const nowMs = Date.now();
    const evidence = await evidenceOf(home, this.#options);
    const shown = chosen(home, nowMs, evidence, this.#options);
    const threads = shown.threads.slice(0, this.#options.limit);
    const document = sessionsDocument(
      { ...shown, threads },
      nowMs,
      evidence,
      this.#options.explain,
    );
    const text = safeJson(document, 0);
    if (text === this.#last) return;
    this.#last = text;
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
  }

  isOutdated(): boolean {
    return false;
  }

  end(): void {}
}

/** The table in place, below a line of what was spent today and of the limits, above one of the keys. */
class Table implements Show {
  readonly #options: SessionsOptions;
  readonly #screen = new InPlace(process.stdout);
  readonly #keys: Keys;
  #sort: Sort = "newest";
  #from = 0;
  #rows = 1;
  #isAsked = false;
  wake: (() => void) | null = null;

  constructor(options: SessionsOptions, end: () => void) {
    this.#options = options;
    this.#keys = new Keys(process.stdin, (key) => {
      // As the terminal itself would: what runs just now ends too.
      if (key === "interrupt") process.kill(process.pid, "SIGINT");
      else if (key === "quit") end();
      else this.#take(key);
    });
  }

  #take(key: Exclude<Key, "quit">): void {
    if (key === "sort") {
      this.#sort = SORTS[(SORTS.indexOf(this.#sort) + 1) % SORTS.length] ?? "newest";
      this.#from = 0;
    } else
      this.#from = Math.max(0, Math.min(this.#rows - 1, this.#from + (key === "down" ? 1 : -1)));
    this.#isAsked = true;
    this.wake?.();
  }

  async draw(home: HomeUsage): Promise<void> {
    this.#isAsked = false;
    const nowMs = Date.now();
    const evidence = await evidenceOf(home, this.#options);
    const { limit, ...choice } = this.#options;
    const shown = chosen(home, nowMs, evidence, choice);
    this.#rows = Math.max(1, shown.threads.length);
    this.#from = Math.min(this.#from, this.#rows - 1);
    const view = { ...choice, sort: this.#sort, from: this.#from };
    const lines = (most: number) => sessionLines(shown, nowMs, evidence, { ...view, most });
    const top = await this.#summary(nowMs);
    const bottom = `q ends · ↑ ↓ scroll · s sorts (${this.#sort})`;
    // As many threads as leave room for what stands around them.
    const around = (await lines(1)).length - 1 + 2;
    const room = Math.max(1, this.#screen.rows() - around);
    const table = await lines(Math.min(room, limit ?? room));
    const columns = columnsOf();
    this.#screen.show([shorten(top, columns), ...table, shorten(bottom, columns)]);
  }

  async #summary(nowMs: number): Promise<string> {
    const native = await loadNative();
    const { codexHome } = this.#options;
    const homes = { ...(codexHome && { codexHome }) };
    const sinceMs = parseSpan("today", new Date(nowMs)).startMs;
    const [today, limits] = await Promise.all([
      native.homeUsage({ ...scope(homes), sinceMs }),
      Promise.all(homesOf(homes).map((home) => native.rateLimits(home))),
    ]);
    return summaryLine(today, limits, nowMs);
  }

  isOutdated(): boolean {
    return this.#isAsked || this.#screen.isResized();
  }

  end(): void {
    this.#keys.end();
    this.#screen.end();
  }
}

/** `$4.12 today · 61 % of 5 h, resets 14:20 · 24 % of week, resets Mon 09:00` */
function summaryLine({ totals }: HomeUsage, limits: readonly RateLimits[], nowMs: number): string {
  const windows = mainWindows(limits).map((window) => windowWords(window, nowMs));
  return [`${dollars(totals.estimatedCostUsd)} today`, ...windows].join(" · ");
}

/** Ends early when it is to stop, a key was pressed, or the terminal has another size. */
function sleep(ms: number, stop: AbortSignal, show: Show): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      show.wake = null;
      stop.removeEventListener("abort", done);
      process.stdout.removeListener("resize", done);
      resolve();
    }
    show.wake = done;
    stop.addEventListener("abort", done);
    process.stdout.once("resize", done);
    if (stop.aborted) done();
  });
}
