/** Where the output goes: how wide it is, and whether somebody still reads it. */

const DEFAULT_COLUMNS = 80;
/** Below this no table is one. */
const MIN_COLUMNS = 20;

/** Columns of standard output; a pipe has those of `COLUMNS`, or 80. */
export function columnsOf(stream: { columns?: number } = process.stdout): number {
  const fromEnvironment = Number(process.env["COLUMNS"]);
  const columns = stream.columns || fromEnvironment || DEFAULT_COLUMNS;
  return Number.isInteger(columns) ? Math.max(MIN_COLUMNS, columns) : DEFAULT_COLUMNS;
}

/** Ends quietly when the reader of a pipe has gone (`ao-codex sessions | head`): that is no error of ours. */
export function exitWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
