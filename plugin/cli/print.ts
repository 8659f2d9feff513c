/** How commands answer: a JSON document, or a table with notes. */
import type { HomeUsage } from "../../index.js";
import { path } from "./format.js";
import { renderTable } from "./table.js";
import type { Column } from "./table.js";
import { columnsOf, paint } from "./terminal.js";
import { safeJson, wrap } from "./text.js";

export function printJson(document: unknown): void {
  process.stdout.write(`${safeJson(document)}\n`);
}

export function printTable<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row,
  notes: readonly string[],
): void {
  const colors = paint();
  const columns = columnsOf();
  const styles = { header: colors.bold, total: colors.bold, rule: colors.dim };
  const lines = renderTable(table, rows, total, styles, columns);
  const small = notes.flatMap((note) => wrap(note, columns)).map((line) => colors.dim(line));
  process.stdout.write(`${[...lines, ...small].join("\n")}\n`);
}

/** Says that there are none of `what`, and where they were looked for. */
export function printNothing(
  what: string,
  home: HomeUsage,
  workspace: string | undefined,
  notes: readonly string[],
): void {
  const where = workspace === undefined ? "" : ` of ${path(workspace)}`;
  const lines = [`No ${what}${where} in ${path(home.codexHome)}.`, ...notes];
  const columns = columnsOf();
  process.stdout.write(`${lines.flatMap((line) => wrap(line, columns)).join("\n")}\n`);
}
