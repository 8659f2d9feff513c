/** The scan of a Codex home as the commands make it: with progress, and ended by Ctrl-C. */
import type * as Addon from "../../index.js";
import { Interrupted, INTERRUPTED_EXIT_CODE } from "../terminal/exit-codes.js";
import { isErrorSeen } from "../terminal/stdout.js";

type Query = NonNullable<Parameters<typeof Addon.homeUsage>[0]>;

/** A scan that does not stop by then is left to the end of the process. */
const STOP_LIMIT_MS = 1_000;

/** The system's words for a path at which nothing is, on every platform. */
const NOTHING_THERE = /^cannot read Codex home .*\(os error [23]\)$/;
const ADVICE = "Codex makes it at its first run; --codex-home or CODEX_HOME names another one";

/** The addon, loaded when a command needs it: `--help` and `doctor` work where it cannot be loaded. */
export async function loadNative(): Promise<typeof Addon> {
  const { addon } = await import("../addon.js");
  return addon;
}

export function scanHome(query: Query): Promise<Addon.HomeUsage> {
  return scan((native, ...watched) => native.homeUsage(query, ...watched));
}

/** The document that `--json` prints, as the addon writes it: pieces, one after another. */
export function scanDocument(query: Query): Promise<Uint8Array[]> {
  return scan((native, ...watched) => native.homeUsageDocument(query, ...watched));
}

type Work<T> = (
  native: typeof Addon,
  signal: AbortSignal,
  onProgress: (progress: Addon.ScanProgress) => void,
) => Promise<T>;

export async function scan<T>(work: Work<T>): Promise<T> {
  const native = await loadNative();
  const stop = new AbortController();
  const onInterrupt = () => {
    stop.abort();
    setTimeout(() => process.exit(INTERRUPTED_EXIT_CODE), STOP_LIMIT_MS).unref();
  };
  process.once("SIGINT", onInterrupt);
  try {
    // Nobody sees progress elsewhere, and what draws it takes as long to load as a small home to read.
    if (!isErrorSeen()) return await work(native, stop.signal, () => {});
    const { withProgress } = await import("./progress.js");
    return await withProgress((onProgress) => work(native, stop.signal, onProgress));
  } catch (error) {
    if (stop.signal.aborted) throw new Interrupted("interrupted", { cause: error });
    throw withAdvice(error);
  } finally {
    process.removeListener("SIGINT", onInterrupt);
  }
}

/** Somebody whose home is not there learns what to do next. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || !NOTHING_THERE.test(error.message)) return error;
  return new Error(`${error.message}. ${ADVICE}`, { cause: error });
}
