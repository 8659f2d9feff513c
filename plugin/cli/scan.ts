/** The scan of a Codex home as the commands make it: with progress, and ended by Ctrl-C. */
import type * as Addon from "../../index.js";
import { withProgress } from "./progress.js";

type Query = NonNullable<Parameters<typeof Addon.homeUsage>[0]>;

/** Ended by Ctrl-C, as a shell reports it. */
export const INTERRUPTED_EXIT_CODE = 130;
/** A scan that does not stop by then is left to the end of the process. */
const STOP_LIMIT_MS = 1_000;

export class Interrupted extends Error {}

/** The addon, loaded when a command needs it: `--help` and `doctor` work where it cannot be loaded. */
export async function loadNative(): Promise<typeof Addon> {
  // It says why it cannot.
  await import("../addon.js");
  return import("../../index.js");
}

export async function scanHome(query: Query): Promise<Addon.HomeUsage> {
  const native = await loadNative();
  const stop = new AbortController();
  const onInterrupt = () => {
    stop.abort();
    setTimeout(() => process.exit(INTERRUPTED_EXIT_CODE), STOP_LIMIT_MS).unref();
  };
  process.once("SIGINT", onInterrupt);
  try {
    return await withProgress((onProgress) => native.homeUsage(query, stop.signal, onProgress));
  } catch (error) {
    if (stop.signal.aborted) throw new Interrupted("interrupted", { cause: error });
    throw error;
  } finally {
    process.removeListener("SIGINT", onInterrupt);
  }
}
