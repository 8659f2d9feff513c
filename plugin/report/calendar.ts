/** Every day of the bill as a square, the dearer the stronger: one calendar for each year. */

import type { Bill, Row } from "./bill.js";
import type { Chart } from "./chart.js";
import { shownDays, weekday } from "./periods.js";
import { rect, text } from "./plot.js";
import { dayWords, money, tokenWords } from "./words.js";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Steps of strength: more cannot be told from each other. */
const STEPS = 5;
/** A year that begins on a Sunday and leaps touches 54 of them. */
const WEEKS = 54;
/** Of years further back the bars tell enough. */
const MOST_YEARS = 4;
const LEFT = 34;
const TOP = 18;
/** Every second weekday has its name beside it: there is no room for all. */
const WEEKDAYS = [
  { name: "Mon", row: 0 },
  { name: "Wed", row: 2 },
  { name: "Fri", row: 4 },
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

interface Square {
  year: number;
  week: number;
  weekday: number;
  strength: number;
  words: string;
}

export function calendar({ days }: Bill, today: Date): Chart & { years: number[] } {
  const years = [...new Set(days.map(({ name }) => Number(name.slice(0, 4))))].slice(-MOST_YEARS);
  const squares = years.flatMap((year) => squaresOf(year, days, today));
  return {
    years,
    title: "Spend on every day",
    description: `A calendar of ${years.join(", ")}: the more expensive a day, the stronger its colour.`,
    widths: [860, 330],
    draw: (width) => {
      const size = Math.floor(((width - LEFT) / WEEKS) * 10) / 10;
      const yearHeight = TOP + 7 * size + 6;
      const top = (year: number) => Math.round(years.indexOf(year) * yearHeight + TOP);
      const left = (week: number) => tenths(LEFT + week * size);
      return {
        height: Math.ceil(years.length * yearHeight),
        margin: 0,
        x: { type: "identity" },
        y: { type: "identity" },
        color: { type: "identity" },
        axis: null,
        marks: [
          rect(squares, {
            x1: ({ week }) => left(week),
            x2: ({ week }) => tenths(left(week) + size),
            y1: ({ year, weekday: row }) => tenths(top(year) + row * size),
            y2: ({ year, weekday: row }) => tenths(top(year) + (row + 1) * size),
            fill: ({ strength }) => `var(--heat-${strength})`,
            title: ({ words }) => words,
            inset: width < 400 ? 0.4 : 1.2,
            rx: width < 400 ? 1 : 2.5,
          }),
          text(
            years.flatMap((year) => WEEKDAYS.map((day) => ({ ...day, year }))),
            {
              x: 0,
              y: ({ year, row }) => tenths(top(year) + (row + 0.5) * size),
              text: ({ name }) => name,
              textAnchor: "start",
              fill: "var(--soft)",
              fontSize: width < 400 ? 9 : 11,
            },
          ),
          text(monthsOf(years, width, shownDays(days, today)), {
            x: ({ week }) => left(week),
            y: ({ year }) => top(year) - 6,
            text: ({ name }) => name,
            textAnchor: "start",
            lineAnchor: "bottom",
            fill: "var(--soft)",
            fontSize: width < 400 ? 9 : 11,
          }),
          text(years, {
            x: 0,
            y: (year: number) => top(year) - 6,
            text: (year: number) => String(year),
            textAnchor: "start",
            lineAnchor: "bottom",
            fill: "var(--soft)",
            fontWeight: 600,
            fontSize: width < 400 ? 10 : 12,
          }),
        ],
      };
    },
  };
}

function squaresOf(year: number, days: readonly Row[], today: Date): Square[] {
  const billed = new Map(days.map((day) => [day.name, day]));
  const limits = limitsOf(days);
  const { first, last } = shownDays(days, today);
  const begins = Math.max(Date.UTC(year, 0), first.getTime());
  const ends = Math.min(Date.UTC(year + 1, 0) - DAY_MS, last.getTime());
  const squares: Square[] = [];
  for (let at = begins; at <= ends; at += DAY_MS) {
    const date = new Date(at);
    const day = billed.get(date.toISOString().slice(0, 10));
    squares.push({
      year,
      week: weekOf(date),
      weekday: weekday(date),
      strength: day === undefined ? 0 : strengthOf(day.cost, limits),
      words: `${dayWords(date)}: ${day === undefined ? "nothing" : `${money(day.cost, day.isEstimate)}, ${tokenWords(day.tokens)}`}`,
    });
  }
  return squares;
}

/** Weeks since the one that 1 January is in; weeks begin on Monday. */
function weekOf(date: Date): number {
  const newYear = Date.UTC(date.getUTCFullYear(), 0);
  const monday = newYear - weekday(new Date(newYear)) * DAY_MS;
  return Math.floor((date.getTime() - monday) / WEEK_MS);
}

/** The costs at which a day becomes one step stronger: as many days on each, so that one huge day hides no others. */
function limitsOf(days: readonly Row[]): number[] {
  const costs = days.map(({ cost }) => cost).toSorted((a, b) => a - b);
  return Array.from(
    { length: STEPS - 1 },
    (_, step) => costs[Math.floor((costs.length * (step + 1)) / STEPS)] ?? 0,
  );
}

function strengthOf(cost: number, limits: readonly number[]): number {
  return 1 + limits.filter((limit) => cost >= limit).length;
}

/** The place where the names of the months stand; on a narrow page every third. */
function monthsOf(
  years: readonly number[],
  width: number,
  { first, last }: ReturnType<typeof shownDays>,
) {
  const every = width < 400 ? 3 : 1;
  return years.flatMap((year) =>
    MONTHS.map((name, month) => ({
      name,
      year,
      week: weekOf(new Date(Date.UTC(year, month, 7))),
      // A month in which no day is shown has no name either.
      isShown:
        Date.UTC(year, month + 1) > first.getTime() && Date.UTC(year, month) <= last.getTime(),
    })).filter(({ isShown }, month) => isShown && month % every === 0),
  );
}

/** Longer numbers would only make the file longer. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
