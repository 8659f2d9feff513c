/** Days put together into weeks or months, where there are too many of them for a bar each. Pure. */

import type { Part, Row, Sum } from "./bill.js";
import { NOTHING, sumOf } from "./bill.js";

export type Period = "day" | "week" | "month";

const DAY_MS = 86_400_000;
/** Bars that can be told from each other on a page: a quarter in days, two years in weeks. */
const MOST_DAYS = 93;
const MOST_WEEKS = 106;

export interface Bar extends Sum {
  /** Its first day, as midnight UTC: days are names here, and have no time zone. */
  start: Date;
  end: Date;
  parts: Part[];
}

export function dateOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The days that a chart shows: from the first of the bill to today, or the last of the bill where clocks differ. */
export function shownDays(days: readonly Row[], today: Date): { first: Date; last: Date } {
  const [first, last] = [days[0], days.at(-1)].map((day) => (day ? dateOf(day.name) : today));
  const latest = Math.max(last?.getTime() ?? 0, today.getTime());
  return { first: first ?? today, last: new Date(latest) };
}

/** From the first day to the last one, both included. */
export function daysBetween(first: Date, last: Date): number {
  return Math.round((last.getTime() - first.getTime()) / DAY_MS) + 1;
}

export function periodFor(days: readonly Row[]): Period {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "day";
  const count = daysBetween(dateOf(first.name), dateOf(last.name));
  if (count <= MOST_DAYS) return "day";
  return count <= MOST_WEEKS * 7 ? "week" : "month";
}

/** The bars of days in their order; none begins before the first, or ends after `last`. */
export function barsOf(days: readonly Row[], period: Period, last: Date): Bar[] {
  const bars = new Map<number, Bar>();
  const first = days[0] ? dateOf(days[0].name).getTime() : 0;
  for (const { name, parts } of days) {
    const bounds = boundsOf(dateOf(name), period);
    const start = new Date(Math.max(bounds.start.getTime(), first));
    const end = new Date(Math.min(bounds.end.getTime(), last.getTime() + DAY_MS));
    const bar = bars.get(start.getTime()) ?? { start, end, parts: [], ...NOTHING };
    bar.parts = merged(bar.parts, parts);
    bars.set(start.getTime(), { ...bar, ...sumOf(bar.parts) });
  }
  return [...bars.values()];
}

export function boundsOf(day: Date, period: Period): { start: Date; end: Date } {
  if (period === "month") {
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
    return { start: new Date(Date.UTC(year, month)), end: new Date(Date.UTC(year, month + 1)) };
  }
  const length = period === "day" ? 1 : 7;
  const start = new Date(day.getTime() - (period === "day" ? 0 : weekday(day) * DAY_MS));
  return { start, end: new Date(start.getTime() + length * DAY_MS) };
}

/** Days since Monday. */
export function weekday(day: Date): number {
  return (day.getUTCDay() + 6) % 7;
}

function merged(some: readonly Part[], more: readonly Part[]): Part[] {
  const parts = new Map(some.map((part) => [part.model, { ...part }]));
  for (const { model, ...sum } of more) {
    parts.set(model, { model, ...sumOf([parts.get(model) ?? NOTHING, sum]) });
  }
  // In the order of all bars: the model that cost most is at the bottom.
  return [...parts.values()].toSorted((a, b) => a.model.rank - b.model.rank);
}
