/** The table of `ao-codex limits`. */
import type { RateLimit, RateLimits, RateLimitWindow } from "../../index.js";
import { paint } from "../terminal/colors.js";
import type { Colors } from "../terminal/colors.js";
import { ago, clock, distance, path, percentage, windowName } from "../terminal/format.js";
import { columnsOf, writeLines } from "../terminal/stdout.js";
import type { Column } from "../terminal/table.js";
import { plain, shortenPath, wrap } from "../terminal/text.js";
import { windowsOf } from "./limits-words.js";
import { tableLines } from "./print.js";

/** From here on somebody should know before the next agent starts, in percent. */
const HIGH = 75;
const VERY_HIGH = 90;

interface Row {
  codexHome: string;
  limit: RateLimit;
  window: RateLimitWindow;
  isCurrent: boolean;
}

/** The limits of each home. */
export function printLimits(read: readonly RateLimits[], nowMs: number): void {
  writeLines(limitLines(read, nowMs));
}

function limitLines(read: readonly RateLimits[], nowMs: number): string[] {
  const rows = read.flatMap(({ codexHome, limits }) =>
    limits.flatMap((limit) => rowsOf(codexHome, limit)),
  );
  const notes = read.flatMap(({ limits }) => limits).map((limit) => noteOf(limit, nowMs));
  if (rows.length === 0) {
    const homes = read.map(({ codexHome }) => path(codexHome)).join(" and ");
    const nothing = `No limits in ${homes}: no rollout tells of any. Codex writes them for accounts with a plan, not for API keys.`;
    return [nothing, ...notes].flatMap((line) => wrap(line, columnsOf()));
  }
  const hasSeveralHomes = read.length > 1;
  const hasSeveral = read.some(({ limits }) => limits.length > 1);
  return tableLines(columns(nowMs, { hasSeveral, hasSeveralHomes }, paint()), rows, null, notes);
}

function rowsOf(codexHome: string, limit: RateLimit): Row[] {
  return [
    ...windowsOf(limit).map((window) => ({ codexHome, limit, window, isCurrent: true })),
    ...limit.passed.map((window) => ({ codexHome, limit, window, isCurrent: false })),
  ].toSorted((a, b) => (a.window.windowMinutes ?? 0) - (b.window.windowMinutes ?? 0));
}

function columns(
  nowMs: number,
  { hasSeveral, hasSeveralHomes }: { hasSeveral: boolean; hasSeveralHomes: boolean },
  colors: Colors,
): Column<Row>[] {
  const home: Column<Row> = {
    header: "HOME",
    forms: [({ codexHome }) => path(codexHome)],
    flex: { good: 16, min: 8 },
    cut: ({ codexHome }, width) => shortenPath(path(codexHome), width),
  };
  const name: Column<Row> = {
    header: "LIMIT",
    forms: [({ limit }) => plain(limit.limitId)],
    flex: { good: 16, min: 8 },
  };
  return [
    ...(hasSeveralHomes ? [home] : []),
    ...(hasSeveral ? [name] : []),
    { header: "WINDOW", forms: [({ window }) => windowName(window.windowMinutes)] },
    {
      header: "USED",
      forms: [({ isCurrent, window }) => (isCurrent ? percentage(window.usedPercent) : "?")],
      align: "right",
      style: (cell, { isCurrent, window }) =>
        isCurrent ? colorOf(window.usedPercent, colors)(cell) : cell,
    },
    {
      header: "RESETS",
      forms: [(row) => resetOf(row, nowMs, true), (row) => resetOf(row, nowMs, false)],
    },
    {
      header: "LAST HOUR",
      forms: [({ window }) => burnOf(window)],
      align: "right",
      rank: 2,
    },
    { header: "AT THAT PACE", forms: [(row) => paceOf(row, nowMs)], rank: 1 },
  ];
}

function colorOf(used: number, colors: Colors): (text: string) => string {
  if (used >= VERY_HIGH) return colors.red;
  return used >= HIGH ? colors.yellow : colors.green;
}

function resetOf({ isCurrent, window }: Row, nowMs: number, isLong: boolean): string {
  const { resetsAtMs } = window;
  if (resetsAtMs === null) return isCurrent ? "?" : "was reset";
  const at = clock(resetsAtMs, nowMs);
  if (!isCurrent) return isLong ? `was reset ${at}, nothing read since` : `was ${at}`;
  return isLong ? `${at} (${distance(resetsAtMs - nowMs)})` : at;
}

function burnOf({ lastHourPercent }: RateLimitWindow): string {
  return lastHourPercent === null ? "" : `+${percentage(lastHourPercent)}`;
}

function paceOf({ window }: Row, nowMs: number): string {
  const { fullAtMs, lastHourPercent } = window;
  if (lastHourPercent === null) return "";
  if (fullAtMs === null) return "lasts until the reset";
  return fullAtMs <= nowMs ? "full now" : `full ${clock(fullAtMs, nowMs)}`;
}

function noteOf(limit: RateLimit, nowMs: number): string {
  const { credits, limitId, planType, readAtMs, threadId } = limit;
  const plan = planType === null ? "" : `, plan ${plain(planType)}`;
  return `${plain(limitId)}${plan}${creditsOf(credits)}: read ${ago(readAtMs, nowMs)}, in thread ${plain(threadId)}.`;
}

function creditsOf(credits: RateLimit["credits"]): string {
  if (credits === null) return "";
  if (credits.unlimited) return ", unlimited credits";
  if (!credits.hasCredits) return ", no credits";
  return credits.balance === null ? ", credits" : `, credits ${plain(credits.balance)}`;
}
