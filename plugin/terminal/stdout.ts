/** Where the output goes: how wide it is, and whether somebody still reads it. */
import { fstatSync, writeSync } from "node:fs";
import { exitCodeAfter } from "./exit-codes.js";

const DEFAULT_COLUMNS = 80;
/** Below this no table is one. */
const MIN_COLUMNS = 20;

const STDOUT = 1;
const STDERR = 2;

/** Columns of standard output; a pipe has those of `COLUMNS`, or 80. */
export function columnsOf(stream: { columns?: number } = process.stdout): number {
  const fromEnvironment = Number(process.env["COLUMNS"]);
  const columns = stream.columns || fromEnvironment || DEFAULT_COLUMNS;
  return Number.isInteger(columns) ? Math.max(MIN_COLUMNS, columns) : DEFAULT_COLUMNS;
}

/** Whether somebody sees standard error. Of a file or a pipe that is known without Node's stream around it. */
export function isErrorSeen(): boolean {
  return fstatSync(STDERR).isCharacterDevice() && process.stderr.isTTY;
}

/** Ends quietly when the reader of a pipe has gone (`ao-codex sessions | head`): that is no error of ours. */
export function exitWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? undefined : exitCodeAfter(error));
  });
}

/** Writes pieces to standard output without Node's stream around it, which takes as long to load as a small home to read. */
export function writeOut(pieces: readonly Uint8Array[]): void {
  // A console of Windows shows what is not ASCII when the stream writes it.
  if (process.platform === "win32" && process.stdout.isTTY) return writeByStream(pieces);
  const left = [...pieces];
  try {
    for (let bytes = left[0]; bytes; bytes = left[0]) {
      const written = writeSync(STDOUT, bytes);
      if (written < bytes.length) left[0] = bytes.subarray(written);
      else left.shift();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPIPE") process.exit();
    if (code !== "EAGAIN") throw error;
    // Somebody has made the pipe one that does not wait: the stream does.
    writeByStream(left);
  }
}

function writeByStream(pieces: readonly Uint8Array[]): void {
  exitWhenNobodyReads();
  for (const bytes of pieces) process.stdout.write(bytes);
}
