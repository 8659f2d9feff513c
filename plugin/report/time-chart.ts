/** Sums over time: a bar for each day, week or month, stacked by model or by kind of tokens. */

import type { Part, Row, Sum } from "./bill.js";
import type { Chart } from "./chart.js";
import type { Bar, Period } from "./periods.js";
import { barsOf, daysBetween, periodFor, shownDays } from "./periods.js";
import { axisX, axisY, gridY, rectY, ruleY } from "./plot.js";
import { dayWords, modelName, money, monthWords, tokenWords } from "./words.js";

const HEIGHT = 260;
/** The least width of the labels of amounts, and that of each character of a longer one. */
const LEAST_LEFT = 46;
const CHARACTER = 8;
const RIGHT = 8;
/** Two lines of labels. */
const BOTTOM = 36;
/** A label of the time axis with the space around it. */
const LABEL = 92;
/** Of a bill of a few days the bars are not as wide as the page. */
const WIDEST_BAR = 64;
/** The library sets hours between so few days. */
const FEW_DAYS = 14;
const DAY_MS = 86_400_000;

/** 200K, 1.5M: what fits beside an axis. */
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** The measure that the height of a bar shows. */
export interface Measure {
  title: (period: Period) => string;
  of: (sum: Sum) => number;
  axis: (value: number, highest: number) => string;
  /** The sum of a bar, and a part of it. */
  bar: (sum: Sum) => string;
  part: (part: Part) => string;
}

export const SPEND: Measure = {
  title: (period) => `Spend per ${period}`,
  of: ({ cost }) => cost,
  axis: axisMoney,
  bar: ({ cost, isEstimate }) => money(cost, isEstimate),
  part: ({ model, cost, tokens, isEstimate }) =>
    `${modelName(model)}: ${money(cost, isEstimate)}, ${tokenWords(tokens)}`,
};

export const TOKENS: Measure = {
  title: (period) => `Tokens per ${period}`,
  of: ({ tokens }) => tokens,
  axis: (tokens) => compact.format(tokens),
  bar: ({ tokens }) => tokenWords(tokens),
  part: ({ model, tokens }) => `${model.name}: ${tokenWords(tokens)}`,
};

export function timeChart(
  days: readonly Row[],
  today: Date,
  measure: Measure,
): Chart & { period: Period } {
  const period = periodFor(days);
  const bars = barsOf(days, period, shownDays(days, today).last);
  const segments = bars.flatMap((bar) => bar.parts.map((part) => ({ bar, part })));
  const highest = Math.max(...bars.map(measure.of), 0);
  const left = leftOf(measure, highest);
  return {
    period,
    title: measure.title(period),
    description: descriptionOf(bars, period, measure),
    widths: [1040, 680, 330],
    draw: (width) => ({
      height: width < 400 ? HEIGHT - 40 : HEIGHT,
      marginLeft: left,
      marginRight: RIGHT,
      marginTop: 12,
      marginBottom: BOTTOM,
      x: { type: "utc", domain: domainOf(bars), range: [left, rightOf(bars, width, left)] },
      y: { domain: [0, highest || 1], nice: true },
      marks: [
        gridY({ ticks: 4, stroke: "var(--line)", strokeOpacity: 1 }),
        axisY({
          ticks: 4,
          tickSize: 0,
          tickFormat: (value: number) => measure.axis(value, highest),
          label: null,
        }),
        axisX({ ticks: ticksOf(bars, width, left), tickSize: 4, label: null }),
        rectY(segments, {
          x1: ({ bar }) => bar.start,
          x2: ({ bar }) => bar.end,
          y: ({ part }) => measure.of(part),
          fill: ({ part }) => part.model.colour,
          title: ({ bar, part }) =>
            `${periodWords(bar, period)}: ${measure.bar(bar)}\n${measure.part(part)}`,
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

function domainOf(bars: readonly Bar[]): [Date, Date] {
  const [first, last] = [bars[0], bars.at(-1)];
  return first === undefined || last === undefined
    ? [new Date(0), new Date(1)]
    : [first.start, last.end];
}

function daysOf(bars: readonly Bar[]): number {
  const [start, end] = domainOf(bars);
  return daysBetween(start, end) - 1;
}

/** The place where the axis begins: the longest label stands before it. The axis may end above the highest bar. */
function leftOf(measure: Measure, highest: number): number {
  const label = measure.axis(2 * highest, highest);
  return Math.max(LEAST_LEFT, (label.length + 1) * CHARACTER);
}

/** The place where the axis ends. */
function rightOf(bars: readonly Bar[], width: number, left: number): number {
  return Math.min(width - RIGHT, left + Math.max(1, daysOf(bars)) * WIDEST_BAR);
}

function ticksOf(bars: readonly Bar[], width: number, left: number): number | Date[] {
  const room = Math.max(1, Math.floor((rightOf(bars, width, left) - left) / LABEL));
  const days = daysOf(bars);
  if (days >= FEW_DAYS) return Math.max(2, room);
  const [start] = domainOf(bars);
  const every = Math.ceil(days / room);
  return Array.from(
    { length: Math.ceil(days / every) },
    (_, at) => new Date(start.getTime() + at * every * DAY_MS),
  );
}

function axisMoney(cost: number, highest: number): string {
  const digits = highest < 0.1 ? 3 : highest < 10 ? 2 : 0;
  return `$${cost.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

export function periodWords({ start }: Pick<Bar, "start">, period: Period): string {
  if (period === "month") return monthWords(start);
  return period === "week" ? `week of ${dayWords(start)}` : dayWords(start);
}

function descriptionOf(bars: readonly Bar[], period: Period, measure: Measure): string {
  const highest = bars.toSorted((a, b) => measure.of(b) - measure.of(a))[0];
  if (highest === undefined) return "Nothing was billed.";
  return `The highest ${period} is ${periodWords(highest, period)} with ${measure.bar(highest)}.`;
}
