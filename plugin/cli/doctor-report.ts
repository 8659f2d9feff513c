/** The doctor's report as a person reads it: a line for each check, and below it what to do. */
import type { Status } from "../doctor/check.js";
import type { Examined, Report } from "../doctor/examine.js";
import { plural } from "../terminal/format.js";
import { paint } from "../terminal/colors.js";
import type { Colors } from "../terminal/colors.js";
import { columnsOf, writeLines } from "../terminal/stdout.js";
import { plain, width, wrap } from "../terminal/text.js";

const GAP = "  ";
const STATUS_COLUMNS = 4;
/** The place where a terminal is so narrow that nothing would be left beside the names, texts go below them. */
const LEAST_TEXT = 30;
/** The place where words are so long that they would be broken beside the names, as in commands, too. */
const INDENT_BELOW = STATUS_COLUMNS + GAP.length;

export function printReport(report: Report): void {
  const colors = paint();
  const lines = [
    ...(report.fixed ?? []).map(({ id, done }) => colors.green(`fixed ${id}: ${plain(done)}`)),
    ...report.checks.flatMap((check) => linesOf(check, layoutOf(check, report.checks), colors)),
    summary(report.checks),
  ];
  writeLines(lines);
}

interface Layout {
  names: number;
  indent: number;
  text: number;
}

function layoutOf({ found }: Examined, checks: readonly Examined[]): Layout {
  const names = Math.max(...checks.map(({ id }) => width(id)));
  const beside = INDENT_BELOW + names + GAP.length;
  const room = columnsOf() - beside;
  const isBeside =
    room >= LEAST_TEXT &&
    plain(found)
      .split(" ")
      .every((word) => width(word) <= room);
  const indent = isBeside ? beside : INDENT_BELOW;
  return { names, indent, text: columnsOf() - indent };
}

function linesOf({ id, status, found, remedy }: Examined, layout: Layout, colors: Colors) {
  const { names, indent, text } = layout;
  const isBeside = indent > INDENT_BELOW;
  const paintStatus = {
    ok: colors.green,
    warn: colors.yellow,
    fail: colors.red,
    skip: colors.dim,
  }[status];
  const name = [paintStatus(status.padEnd(STATUS_COLUMNS)), id.padEnd(names)].join(GAP);
  const margin = " ".repeat(indent);
  const [first = "", ...rest] = pieces(found, text);
  const below = [...(isBeside ? rest : [first, ...rest])].map((line) => margin + line);
  const advice = remedy === null ? [] : pieces(`→ ${remedy}`, text);
  return [
    isBeside ? `${name}${GAP}${first}` : name.trimEnd(),
    ...below,
    ...advice.map((line, at) => colors.bold(`${margin}${at === 0 ? "" : "  "}${line}`)),
  ].map((line) => line.trimEnd());
}

/** The text in lines; what is longer than a line is cut into pieces, so that nothing of a command is lost. */
function pieces(text: string, columns: number): string[] {
  const room = columns - 2;
  const words = plain(text)
    .split(" ")
    .flatMap((word) => word.match(new RegExp(`.{1,${room}}`, "gu")) ?? [""]);
  return wrap(words.join(" "), room);
}

function summary(checks: readonly Examined[]): string {
  const count = (wanted: Status) => checks.filter(({ status }) => status === wanted).length;
  const [failed, warned, skipped] = [count("fail"), count("warn"), count("skip")];
  const more = skipped === 0 ? "" : ` ${skipped} skipped: there is no orchestrator here.`;
  const looked = plural(checks.length - skipped, "check");
  if (failed + warned === 0) return `All ${looked} passed.${more}`;
  return `${looked}: ${failed} failed, ${plural(warned, "warning")}.${more}`;
}
