/** Tables with notes, which most commands answer with. */
import { path } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import type { Column } from "../terminal/table.js";
import { paint } from "../terminal/colors.js";
import { columnsOf, writeLines } from "../terminal/stdout.js";
import { wrap } from "../terminal/text.js";

export function printTable<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row,
  notes: readonly string[],
): void {
  writeLines(tableLines(table, rows, total, notes));
}

/** The lines of a table, and below it the notes. */
export function tableLines<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row | null,
  notes: readonly string[],
): string[] {
  const colors = paint();
  const columns = columnsOf();
  const styles = { header: colors.bold, total: colors.bold, rule: colors.dim };
  const lines = renderTable(table, rows, total, styles, columns);
  const small = notes.flatMap((note) => wrap(note, columns)).map((line) => colors.dim(line));
  return [...lines, ...small];
}

/** Says that there are none of `what`, and where they were looked for. */
export function printNothing(...nothing: Parameters<typeof nothingLines>): void {
  writeLines(nothingLines(...nothing));
}

/** Prints as lines. */
export function nothingLines(
  what: string,
  homes: readonly string[],
  workspace: string | undefined,
  notes: readonly string[],
): string[] {
  const where = workspace === undefined ? "" : ` of ${path(workspace)}`;
  const lines = [`No ${what}${where} in ${homes.map(path).join(" and ")}.`, ...notes];
  const columns = columnsOf();
  return lines.flatMap((line) => wrap(line, columns));
}
