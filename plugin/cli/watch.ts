/** `ao-codex sessions --watch`: the list as it is, until Ctrl-C. While nothing happens, almost nothing is done. */
import { once } from "node:events";
import type { HomeUsage } from "../../index.js";
import { sessionsDocument } from "./document.js";
import { safeJson } from "../terminal/sanitize.js";
import { aoHomeOf, scope } from "./options.js";
import type { SessionsOptions } from "./options.js";
import { loadNative, scanHome } from "./scan.js";
import { exitWhenNobodyReads } from "../terminal/stdout.js";
import { InPlace } from "../terminal/alternate-screen.js";
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
  const show = options.json ? new Documents(options) : new Table(options);
  try {
    await follow(options, show, stop.signal);
  } finally {
    show.end();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.removeListener(signal, end);
  }
}

interface Show {
  draw(home: HomeUsage): Promise<void>;
  end(): void;
}

async function follow(options: SessionsOptions, show: Show, stop: AbortSignal): Promise<void> {
  const native = await loadNative();
  const { workspacePath: _, ...homeOnly } = scope(options);
  let home: HomeUsage | null = null;
  let known = -1;
  let drawnAt = 0;
  while (!stop.aborted) {
    const revision = await native.homeRevision(homeOnly);
    if (home === null || revision !== known) {
      home = await scanHome({ ...scope(options), workspaceMatch: "began" });
      known = revision;
      drawnAt = 0;
    }
    if (performance.now() - drawnAt >= DRAW_MS || drawnAt === 0) {
      await show.draw(home);
      drawnAt = performance.now();
    }
    await sleep(ASK_MS, stop);
    // Drawn for another size of the terminal.
    if (show instanceof Table && show.isResized()) drawnAt = 0;
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

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async draw(home: HomeUsage): Promise<void> {
    const evidence = await evidenceOf(home, this.#options);
    const document = sessionsDocument(home, Date.now(), evidence, this.#options.explain);
    const text = safeJson(document, 0);
    if (text === this.#last) return;
    this.#last = text;
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
  }

  end(): void {}
}

/** The table, in place. */
class Table implements Show {
  readonly #options: SessionsOptions;
  readonly #screen = new InPlace(process.stdout);

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async draw(home: HomeUsage): Promise<void> {
    const evidence = await evidenceOf(home, this.#options);
    const rows = this.#screen.rows();
    // As many threads as leave room for what stands around them.
    const around = sessionLines(home, Date.now(), evidence, this.#options, 1).length - 1;
    const most = Math.max(1, rows - around);
    this.#screen.show(sessionLines(home, Date.now(), evidence, this.#options, most));
  }

  isResized(): boolean {
    return this.#screen.isResized();
  }

  end(): void {
    this.#screen.end();
  }
}

/** Ends early when it is to stop, or the terminal has another size. */
function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      process.stdout.removeListener("resize", done);
      resolve();
    }
    stop.addEventListener("abort", done);
    process.stdout.once("resize", done);
    if (stop.aborted) done();
  });
}
