/** A line on the terminal while a scan takes long: how far it is. Gone when the scan is done. */
import type { ScanProgress } from "../../index.js";
import { count } from "../terminal/format.js";
import { columnsFor } from "../terminal/stdout.js";
import { shorten } from "../terminal/text.js";

/** The time after which a scan needs an explanation. */
const PATIENCE_MS = 500;
const REFRESH_MS = 100;
const ERASE_LINE = "\r\u001b[K";

/** Runs the scan; standard error, where it is a terminal, shows its progress. */
export async function withProgress<T>(
  scan: (onProgress: (progress: ScanProgress) => void) => Promise<T>,
  stream = process.stderr,
): Promise<T> {
  if (!stream.isTTY) return scan(() => {});
  const startedAt = performance.now();
  let latest: ScanProgress | null = null;
  let isShown = false;
  const timer = setInterval(() => {
    if (performance.now() - startedAt < PATIENCE_MS) return;
    stream.write(ERASE_LINE + shorten(describe(latest), columnsFor(stream.columns) - 1));
    isShown = true;
  }, REFRESH_MS);
  try {
    return await scan((progress) => {
      latest = progress;
    });
  } finally {
    clearInterval(timer);
    if (isShown) stream.write(ERASE_LINE);
  }
}

function describe(progress: ScanProgress | null): string {
  if (progress === null || progress.filesTotal === 0) return "Looking for rollouts …";
  const { filesDone, filesTotal, bytesDone, bytesTotal } = progress;
  const percent = bytesTotal === 0 ? 0 : Math.floor((bytesDone / bytesTotal) * 100);
  return `Reading rollouts … ${percent} % (${count(filesDone)} of ${count(filesTotal)})`;
}
