/** Numbers, money, times and paths as a person reads them. */
import { sep } from "node:path";
import { homeDirectory } from "../paths.js";
import { plain } from "./text.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Up to a week ago a distance says more than a date. */
const RELATIVE_DAYS = 7;
/** Clocks differ by so much without anything being wrong. */
const CLOCK_SKEW_MS = MINUTE_MS;

/** Thousands, millions and so on. */
const UNITS = ["K", "M", "B", "T"];

// Node's own formats load tables of all languages, which takes longer than the rest of most commands.

/** `1,234,567` */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1.2M`; below a thousand as it is. */
export function shortCount(value: number): string {
  if (value < 1000) return count(value);
  const tenthsOf = (power: number): number => Math.round(value / (1000 ** power / 10));
  let power = 1;
  while (power < UNITS.length && tenthsOf(power) >= 10_000) power += 1;
  const tenths = tenthsOf(power);
  return `${count(Math.floor(tenths / 10))}.${tenths % 10}${UNITS[power - 1]}`;
}

/** `$1.23`; what is more than nothing and less than a cent says so. */
export function dollars(value: number): string {
  if (value > 0 && value < 0.01) return "<$0.01";
  return `$${value.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",")}`;
}

/** `3 min ago`, or the local date of what is longer ago than a week or lies in the future. */
export function ago(timeMs: number, nowMs: number): string {
  const age = nowMs - timeMs;
  if (age < -CLOCK_SKEW_MS || age >= RELATIVE_DAYS * DAY_MS) return localDate(new Date(timeMs));
  if (age < MINUTE_MS) return "just now";
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min ago`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)} h ago`;
  const days = Math.floor(age / DAY_MS);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** `2026-11-22` */
export function localDate(date: Date): string {
  const year = String(date.getFullYear()).padStart(4, "0");
  const parts = [date.getMonth() + 1, date.getDate()];
  return [year, ...parts.map((part) => String(part).padStart(2, "0"))].join("-");
}

/** The path with the user's home as `~`, safe to print. */
export function path(text: string): string {
  const home = homeDirectory();
  const isInHome = home !== "" && (text === home || text.startsWith(home + sep));
  const short = isInHome ? `~${text.slice(home.length)}` : text;
  return plain(short);
}

/** `1 thread`, `21 threads` */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `in 1 h 32 min`, `in 3 days 4 h`; what is over is `now`. */
export function distance(ms: number): string {
  if (ms < MINUTE_MS) return ms <= 0 ? "now" : "in less than 1 min";
  const minutes = Math.floor(ms / MINUTE_MS);
  const [hours, days] = [Math.floor(ms / HOUR_MS), Math.floor(ms / DAY_MS)];
  if (days >= 2) return `in ${days} days${withRest(hours % 24, "h")}`;
  return hours === 0 ? `in ${minutes} min` : `in ${hours} h${withRest(minutes % 60, "min")}`;
}

function withRest(value: number, unit: string): string {
  return value === 0 ? "" : ` ${value} ${unit}`;
}

/** The local time of a moment in the next days: `14:20`, `Tue 14:20`; with its date where it is further away. */
export function clock(timeMs: number, nowMs: number): string {
  const [date, now] = [new Date(timeMs), new Date(nowMs)];
  const time = [date.getHours(), date.getMinutes()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  if (localDate(date) === localDate(now)) return time;
  const isNear = Math.abs(timeMs - nowMs) < (RELATIVE_DAYS - 1) * DAY_MS;
  return `${isNear ? WEEKDAYS[date.getDay()] : localDate(date)} ${time}`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** The length of a limit's window: `5 h`, `week`; `limit` where no record tells it. */
export function windowName(minutes: number | null): string {
  if (minutes === null) return "limit";
  if (minutes === 7 * 24 * 60) return "week";
  if (minutes % (24 * 60) === 0) return `${minutes / (24 * 60)} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** `61 %`, `61.5 %` */
export function percentage(value: number): string {
  return `${Math.round(value * 10) / 10} %`;
}
