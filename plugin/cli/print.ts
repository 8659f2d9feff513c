/** How commands answer: a JSON document, or a table with notes. */
import type { HomeUsage } from "../../index.js";
import { path } from "../terminal/format.js";
import { renderTable } from "../terminal/table.js";
import type { Column } from "../terminal/table.js";
import { columnsOf, paint } from "../terminal/colors.js";
import { safeJson, wrap } from "../terminal/text.js";

export function printJson(document: unknown): void {
  process.stdout.write(`${safeJson(document)}\n`);
}

export function printTable<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row,
  notes: readonly string[],
): void {
  process.stdout.write(`${tableLines(table, rows, total, notes).join("\n")}\n`);
}

/** The lines of a table, and below it the notes. */
export function tableLines<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row,
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
  process.stdout.write(`${nothingLines(...nothing).join("\n")}\n`);
}

/** The same as lines. */
export function nothingLines(
  what: string,
  home: HomeUsage,
  workspace: string | undefined,
  notes: readonly string[],
): string[] {
  const where = workspace === undefined ? "" : ` of ${path(workspace)}`;
  const lines = [`No ${what}${where} in ${path(home.codexHome)}.`, ...notes];
  const columns = columnsOf();
  return lines.flatMap((line) => wrap(line, columns));
}
