/**
 * Standard output: how wide it is, and whether somebody still reads it. Node's stream around it takes as long to load
 * as a small home to read, so it is used only where a terminal or an asynchronous writer needs it.
 */
import { fstatSync, statSync, writeSync } from "node:fs";
import { devNull } from "node:os";
import { exitCodeAfter } from "./exit-codes.js";

const DEFAULT_COLUMNS = 80;
/** Below this no table is one. */
const MIN_COLUMNS = 20;

const STDOUT = 1;
const STDERR = 2;

/** Columns of standard output; a pipe has those of `COLUMNS`, or 80. */
export function columnsOf(): number {
  return columnsFor(isOutputTerminal() ? process.stdout.columns : undefined);
}

/** Columns of a terminal that says so many of itself; without it those of `COLUMNS`, or 80. */
export function columnsFor(own: number | undefined): number {
  const fromEnvironment = Number(process.env["COLUMNS"]);
  const columns = own || fromEnvironment || DEFAULT_COLUMNS;
  return Number.isInteger(columns) ? Math.max(MIN_COLUMNS, columns) : DEFAULT_COLUMNS;
}

/** Tells whether standard output is a terminal. Of a file or a pipe that is known without Node's stream around it. */
export function isOutputTerminal(): boolean {
  return isDevice(STDOUT) && process.stdout.isTTY === true;
}

/** Tells whether somebody sees standard error. */
export function isErrorSeen(): boolean {
  return isDevice(STDERR) && process.stderr.isTTY === true;
}

/** Tells whether a file is a device that somebody may look at. */
function isDevice(file: number): boolean {
  try {
    const { rdev } = fstatSync(file);
    return rdev !== 0 && rdev !== statSync(devNull).rdev;
  } catch {
    // It is closed.
    return false;
  }
}

/** Ends quietly when the reader of a pipe has gone (`ao-codex sessions | head`): that is no error of ours. */
export function exitWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? undefined : exitCodeAfter(error));
  });
}

/** Writes lines to standard output. */
export function writeLines(lines: readonly string[]): void {
  writeText(`${lines.join("\n")}\n`);
}

/** Writes a text to standard output. */
export function writeText(text: string): void {
  writeOut([Buffer.from(text)]);
}

/** Writes pieces to standard output. Ends quietly when the reader of a pipe has gone. */
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
