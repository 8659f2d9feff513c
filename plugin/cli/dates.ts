/** Days as `--since` and `--until` take them: `YYYY-MM-DD`, in the local time zone. */
import { InvalidArgumentError } from "commander";

/** The first moment of a day and of the day after it: 23, 24 or 25 hours apart. */
export interface Day {
  startMs: number;
  endMs: number;
}

export function parseDay(text: string): Day {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined)
    throw new InvalidArgumentError("Expected a day as YYYY-MM-DD.");
  const start = localDay(year, month, day);
  // A day that the calendar does not have becomes another one: 30 February is 2 March.
  if (start.getMonth() + 1 !== month || start.getDate() !== day)
    throw new InvalidArgumentError("There is no such day.");
  return { startMs: start.getTime(), endMs: localDay(year, month, day + 1).getTime() };
}

function localDay(year: number, month: number, day: number): Date {
  const date = new Date(0, month - 1, day);
  // The constructor reads the years 0 to 99 as 1900 to 1999.
  date.setFullYear(year, month - 1, day);
  date.setHours(0, 0, 0, 0);
  return date;
}
