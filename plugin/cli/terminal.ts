/** What the command knows about where its output goes: width, colours, and who still reads it. */
import { Chalk } from "chalk";
import type { ChalkInstance } from "chalk";

const DEFAULT_COLUMNS = 80;
/** Below this no table is one. */
const MIN_COLUMNS = 20;

/** Columns of standard output; a pipe has those of `COLUMNS`, or 80. */
export function columnsOf(stream: { columns?: number } = process.stdout): number {
  const fromEnvironment = Number(process.env["COLUMNS"]);
  const columns = stream.columns || fromEnvironment || DEFAULT_COLUMNS;
  return Number.isInteger(columns) ? Math.max(MIN_COLUMNS, columns) : DEFAULT_COLUMNS;
}

/** Colours for standard output: none under `NO_COLOR`, always under `FORCE_COLOR`, else where a terminal shows them. */
export function paint(): ChalkInstance {
  return new Chalk({ level: wantsColor() ? 1 : 0 });
}

function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return process.stdout.isTTY === true && TERM !== "dumb";
}

/** Ends quietly when the reader of a pipe has gone (`ao-codex sessions | head`): that is no error of ours. */
export function exitWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
