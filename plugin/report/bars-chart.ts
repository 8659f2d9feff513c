/** Sums beside each other: a bar for each name, stacked by model, the name and the sum above it. */

import { shorten, shortenPath } from "../terminal/text.js";
import type { Part } from "./bill.js";
import type { Chart } from "./chart.js";
import { FONT_SIZE } from "./chart.js";
import { barX, text } from "./plot.js";
import { modelName, money, tokenWords } from "./words.js";

const ROW = 42;
const BAR = 12;
/** The mean width of a letter in this font; a name that is longer still is cut by the picture's edge. */
const LETTER = FONT_SIZE * 0.58;
/** The text at the right end of a line: the sum. */
const SUM = 90;

export interface NamedBar {
  name: string;
  isPath: boolean;
  /** The text below the name when it is pointed at. */
  detail?: string;
  cost: number;
  isEstimate: boolean;
  parts: Part[];
}

export function barsChart(title: string, bars: readonly NamedBar[]): Chart {
  const most = Math.max(...bars.map(({ cost }) => cost), 0) || 1;
  const rows = bars.map((bar, at) => ({ ...bar, at }));
  const segments = rows.flatMap((row) => row.parts.map((part) => ({ at: row.at, row, part })));
  return {
    title,
    description: rows.map((row) => `${row.name}: ${sumWords(row)}`).join("; "),
    widths: [500, 330],
    draw: (width) => ({
      height: rows.length * ROW,
      margin: 0,
      axis: null,
      x: { domain: [0, most], range: [0, width] },
      y: { domain: rows.map(({ at }) => at), range: [0, rows.length * ROW], padding: 0 },
      color: { type: "identity" },
      marks: [
        barX(rows, {
          x1: 0,
          x2: most,
          y: ({ at }) => at,
          fill: "var(--track)",
          insetTop: ROW - BAR - 6,
          insetBottom: 6,
          rx: 3,
        }),
        barX(segments, {
          x: ({ part }) => part.cost,
          y: ({ at }) => at,
          fill: ({ part }) => part.model.colour,
          title: ({ row, part }) =>
            `${wordsOf(row)}\n${modelName(part.model)}: ${money(part.cost, part.isEstimate)}, ${tokenWords(part.tokens)}`,
          insetTop: ROW - BAR - 6,
          insetBottom: 6,
          insetRight: 0.5,
          rx: 2,
        }),
        text(rows, {
          x: 0,
          y: ({ at }) => at,
          dy: -6,
          text: (row) => fitted(row, width),
          title: wordsOf,
          textAnchor: "start",
          fill: "currentColor",
        }),
        text(rows, {
          x: most,
          y: ({ at }) => at,
          dy: -6,
          text: (row) => money(row.cost, row.isEstimate),
          textAnchor: "end",
          fill: "currentColor",
          fontWeight: 600,
        }),
      ],
    }),
  };
}

function sumWords({ cost, isEstimate }: NamedBar): string {
  return money(cost, isEstimate);
}

function wordsOf({ name, detail }: NamedBar): string {
  return detail === undefined ? name : `${name}\n${detail}`;
}

function fitted({ name, isPath }: NamedBar, width: number): string {
  const letters = Math.floor((width - SUM) / LETTER);
  return (isPath ? shortenPath : shorten)(name, letters);
}
