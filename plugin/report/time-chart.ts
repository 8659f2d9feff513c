/** What was spent over time: a bar for each day, week or month, stacked by model. */

import type { Bill } from "./bill.js";
import type { Chart } from "./chart.js";
import type { Bar, Period } from "./periods.js";
import { barsOf, boundsOf, periodFor } from "./periods.js";
import { axisX, axisY, gridY, rectY, ruleY } from "./plot.js";
import { dayWords, modelName, money, monthWords, tokenWords } from "./words.js";

const HEIGHT = 260;
const LEFT = 46;
const RIGHT = 8;
/** Two lines of labels. */
const BOTTOM = 36;
/** A label of the time axis with the space around it. */
const LABEL = 92;
/** Around a bill of one or two days, so that their bars are not as wide as the page. */
const LEAST_BARS = 14;

export function timeChart({ days }: Bill): Chart & { period: Period } {
  const period = periodFor(days);
  const bars = barsOf(days, period);
  const segments = bars.flatMap((bar) => bar.parts.map((part) => ({ bar, part })));
  const highest = Math.max(...bars.map(({ cost }) => cost), 0);
  return {
    period,
    title: `Spend per ${period}`,
    description: descriptionOf(bars, period),
    widths: [1040, 680, 330],
    draw: (width) => ({
      height: width < 400 ? HEIGHT - 40 : HEIGHT,
      marginLeft: LEFT,
      marginRight: RIGHT,
      marginTop: 12,
      marginBottom: BOTTOM,
      x: { type: "utc", domain: domainOf(bars, period) },
      y: { domain: [0, highest || 1], nice: true },
      marks: [
        gridY({ ticks: 4, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY({
          ticks: 4,
          tickSize: 0,
          tickFormat: (cost: number) => axisMoney(cost, highest),
          label: null,
        }),
        axisX({ ticks: Math.max(2, Math.floor((width - LEFT) / LABEL)), tickSize: 4, label: null }),
        rectY(segments, {
          x1: ({ bar }) => bar.start,
          x2: ({ bar }) => bar.end,
          y: ({ part }) => part.cost,
          fill: ({ part }) => part.model.colour,
          title: ({ bar, part }) => segmentWords(bar, part, period),
          insetLeft: 0.75,
          insetRight: 0.75,
          rx: 1.5,
        }),
        ruleY([0], { stroke: "var(--axis)" }),
      ],
      color: { type: "identity" },
    }),
  };
}

function domainOf(bars: readonly Bar[], period: Period): [Date, Date] {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return [new Date(0), new Date(1)];
  let { start } = first;
  const spans = Math.ceil(
    (last.end.getTime() - start.getTime()) / (last.end.getTime() - last.start.getTime()),
  );
  for (let missing = LEAST_BARS - spans; missing > 0; missing -= 1)
    ({ start } = boundsOf(new Date(start.getTime() - 1), period));
  return [start, last.end];
}

function axisMoney(cost: number, highest: number): string {
  const digits = highest < 0.1 ? 3 : highest < 10 ? 2 : 0;
  return `$${cost.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

export function periodWords({ start }: Pick<Bar, "start">, period: Period): string {
  if (period === "month") return monthWords(start);
  return period === "week" ? `week of ${dayWords(start)}` : dayWords(start);
}

function segmentWords(
  bar: Bar,
  { model, cost, tokens, isEstimate }: Bar["parts"][number],
  period: Period,
): string {
  const own = `${modelName(model)}: ${money(cost, isEstimate)}, ${tokenWords(tokens)}`;
  return `${periodWords(bar, period)}: ${money(bar.cost, bar.isEstimate)}\n${own}`;
}

function descriptionOf(bars: readonly Bar[], period: Period): string {
  const highest = bars.toSorted((a, b) => b.cost - a.cost)[0];
  if (highest === undefined) return "Nothing was billed.";
  const when = periodWords(highest, period);
  return `The most expensive ${period} is ${when} with ${money(highest.cost, highest.isEstimate)}.`;
}
