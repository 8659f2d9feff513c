/**
 * Tables that fit a width: first as they are, then with the short forms of their numbers and with long texts cut, at
 * last without the columns that matter least. Widths are those of current Unicode; the table libraries measure as of
 * 2019 and misplace the columns after Thai, Arabic or a Korean path from a Mac.
 */
import { shorten, width } from "./text.js";

const GAP = "  ";

export interface Column<Row> {
  header: string;
  /** The text of a cell, from the most to the least spacious form; all cells of a column have the same form. */
  forms: readonly [(row: Row) => string, ...((row: Row) => string)[]];
  align?: "right";
  /** The place where cells may be cut: the width that should be left, and the one that must be. */
  flex?: { good: number; min: number };
  /** Cuts a cell to so many columns; without it a cell is cut in its middle. */
  cut?: (row: Row, columns: number) => string;
  /** Among the columns that are too many, the highest rank leaves first; a column without one never leaves. */
  rank?: number;
  style?: (cell: string, row: Row) => string;
}

export interface Styles {
  header: (line: string) => string;
  total: (line: string) => string;
  rule: (line: string) => string;
}

/** The widths that a column may be narrowed to: `least` where nothing else helps. */
type Floor = "good" | "min" | "least";

/** The narrowest column that still says something. */
const LEAST_COLUMNS = 5;

interface Part<Row> {
  column: Column<Row>;
  form: (row: Row) => string;
  width: number;
}

/** The lines of a table of the rows, at most `columns` wide; a `total` is one more row below a rule. */
export function renderTable<Row>(
  table: readonly Column<Row>[],
  rows: readonly Row[],
  total: Row | null,
  styles: Styles,
  columns: number,
): string[] {
  const parts = fit(table, total === null ? rows : [...rows, total], columns);
  const line = (cell: (part: Part<Row>) => string) => parts.map(cell).join(GAP).trimEnd();
  const sumLines = (sum: Row) => [
    styles.rule("─".repeat(widthOf(parts))),
    styles.total(line((part) => pad(part, cellOf(part, sum)))),
  ];
  return [
    styles.header(line((part) => pad(part, part.column.header))),
    ...rows.map((row) => line((part) => styled(part, row))),
    ...(total === null ? [] : sumLines(total)),
  ];
}

function fit<Row>(table: readonly Column<Row>[], rows: readonly Row[], columns: number) {
  const spacious = table.map((column) => natural(column, rows, column.forms[0]));
  const compact = table.map((column) => natural(column, rows, column.forms.at(-1)));
  const attempts = [
    { parts: spacious, floor: "good" },
    { parts: compact, floor: "good" },
    { parts: compact, floor: "min" },
  ] as const;
  for (const highestRank of ranksOf(table)) {
    for (const { parts, floor } of attempts) {
      const left = parts.filter(({ column }) => (column.rank ?? 0) <= highestRank);
      const fitted = shrink(left, floor, columns);
      if (fitted) return fitted;
    }
  }
  const left = compact.filter(({ column }) => column.rank === undefined);
  return shrink(left, "least", columns) ?? left;
}

/** The ranks of the table's columns from the highest, and 0: each says which columns are still there. */
function ranksOf<Row>(table: readonly Column<Row>[]): number[] {
  const ranks = new Set([0, ...table.map((column) => column.rank ?? 0)]);
  return [...ranks].toSorted((a, b) => b - a);
}

function natural<Row>(
  column: Column<Row>,
  rows: readonly Row[],
  form: (row: Row) => string = column.forms[0],
): Part<Row> {
  const widest = rows.reduce((most, row) => Math.max(most, width(form(row))), 0);
  return { column, form, width: Math.max(width(column.header), widest) };
}

/** The parts, narrowed until all fit where there is most to spare; null when they do not. */
function shrink<Row>(
  parts: readonly Part<Row>[],
  floor: Floor,
  columns: number,
): Part<Row>[] | null {
  const narrowed = parts.map((part) => ({ ...part, spare: spareOf(part, floor) }));
  for (let excess = widthOf(parts) - columns; excess > 0; excess -= 1) {
    const widest = narrowed.reduce((a, b) => (a.spare >= b.spare ? a : b));
    if (widest.spare <= 0) return null;
    widest.width -= 1;
    widest.spare -= 1;
  }
  return narrowed;
}

function spareOf<Row>({ column, width: columns }: Part<Row>, floor: Floor): number {
  if (!column.flex) return 0;
  return columns - (floor === "least" ? LEAST_COLUMNS : column.flex[floor]);
}

function widthOf<Row>(parts: readonly Part<Row>[]): number {
  return parts.reduce((sum, part) => sum + part.width + GAP.length, -GAP.length);
}

function styled<Row>(part: Part<Row>, row: Row): string {
  const cell = pad(part, cellOf(part, row));
  return part.column.style ? part.column.style(cell, row) : cell;
}

function cellOf<Row>({ column, form, width: columns }: Part<Row>, row: Row): string {
  const text = form(row);
  if (width(text) <= columns) return text;
  return column.cut ? column.cut(row, columns) : shorten(text, columns);
}

function pad<Row>({ column, width: columns }: Part<Row>, text: string): string {
  const space = " ".repeat(Math.max(0, columns - width(text)));
  return column.align === "right" ? space + text : text + space;
}
