/** Numbers and days as the report says them. */

import { dollars, path, shortCount } from "../terminal/format.js";
import { plain } from "../terminal/text.js";
import type { Model } from "./bill.js";

const longDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const longMonth = new Intl.DateTimeFormat("en-GB", {
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

export function dayWords(day: Date): string {
  return longDay.format(day);
}

export function monthWords(day: Date): string {
  return longMonth.format(day);
}

export function money(cost: number, isEstimate = false): string {
  return (isEstimate ? "~" : "") + dollars(cost);
}

export function tokenWords(tokens: number): string {
  return `${shortCount(tokens)} tokens`;
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((part / whole) * 100)} %` : "–";
}

export function modelName({ name }: Model): string {
  return name === "unknown" ? "unknown model" : plain(name);
}

export function repositoryName(name: string): string {
  return name === "unknown" ? "no repository" : path(name);
}

export function workspaceName(name: string): string {
  return name === "unknown" ? "unknown workspace" : path(name);
}
