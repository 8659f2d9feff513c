/** Times as `--since`, `--until` and `--last` take them, in the local time zone. */

/** The first moment of a span of days and of the day after it. */
export interface Span {
  startMs: number;
  endMs: number;
}

/** Says in a sentence why a text is no time. */
export class NoTime extends Error {}

const FORMS = "Expected a day (2026-11-28), a month (2026-11), today, yesterday, or 7d, 2w, 3m.";

/** The days that a text names; `7d`, `2w` and `3m` name the day that long before today. */
export function parseSpan(text: string, now: Date = new Date()): Span {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  if (text === "today") return spanOf(year, month, day);
  if (text === "yesterday") return spanOf(year, month, day - 1);
  const back = parseLength(text);
  if (back !== null) return spanBefore(now, back);
  const [, exactYear, exactMonth, exactDay] =
    (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text))?.map(Number) ??
    [];
  if (exactYear !== undefined && exactMonth !== undefined && exactDay !== undefined) {
    const start = localDay(exactYear, exactMonth, exactDay);
    // A day that the calendar does not have becomes another one: 30 February is 2 March.
    if (start.getMonth() + 1 !== exactMonth || start.getDate() !== exactDay)
      throw new NoTime("There is no such day.");
    return spanOf(exactYear, exactMonth, exactDay);
  }
  const [, ofYear, whole] = /^(\d{4})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  if (ofYear === undefined || whole === undefined) throw new NoTime(FORMS);
  if (whole < 1 || whole > 12) throw new NoTime("There is no such month.");
  return {
    startMs: localDay(ofYear, whole, 1).getTime(),
    endMs: localDay(ofYear, whole + 1, 1).getTime(),
  };
}

/** The first moment of the last `7d`, `2w` or `3m`, of which today is the last day. */
export function parseLast(text: string, now: Date = new Date()): number {
  const back = parseLength(text);
  if (back === null) throw new NoTime("Expected a number of days, weeks or months: 7d, 2w, 3m.");
  // One day later than so long before today.
  return spanBefore(now, back).endMs;
}

interface Length {
  days: number;
  months: number;
}

function parseLength(text: string): Length | null {
  const [, digits = "", unit] = /^(\d{1,4})([dwm])$/.exec(text) ?? [];
  const count = Number(digits);
  if (unit === undefined || count === 0) return null;
  if (unit === "m") return { days: 0, months: count };
  return { days: unit === "w" ? 7 * count : count, months: 0 };
}

function spanBefore(now: Date, { days, months }: Length): Span {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1 - months, now.getDate()];
  // A month that is shorter ends before its 31st day.
  const last = localDay(year, month + 1, 0).getDate();
  return spanOf(year, month, (months > 0 ? Math.min(day, last) : day) - days);
}

function spanOf(year: number, month: number, day: number): Span {
  return {
    startMs: localDay(year, month, day).getTime(),
    endMs: localDay(year, month, day + 1).getTime(),
  };
}

function localDay(year: number, month: number, day: number): Date {
  const date = new Date(0, month - 1, day);
  // The constructor reads the years 0 to 99 as 1900 to 1999.
  date.setFullYear(year, month - 1, day);
  date.setHours(0, 0, 0, 0);
  return date;
}
