/** The table, on the terminal and in `benches/README.md`. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

const BEGIN = "<!-- begin of what `npm run bench -- --full --write` writes -->";
const END = "<!-- end -->";

/** Rows as a Markdown table. */
export function table(rows) {
  const cells = rows.map((row) => [
    row.work,
    row.floor,
    `${row.measured.toFixed(2)} ${row.unit}`,
    targetText(row),
    verdict(row),
  ]);
  const all = [["what", "beside it", "measured", "target", ""], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const line = (texts) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(all[0]), line(rule), ...cells.map(line)].join("\n");
}

/** Tells whether a row misses its target. */
export function misses(row) {
  return !row.unfit && isBeyond(row);
}

function isBeyond({ measured, target }) {
  return measured > (target?.most ?? Infinity) || measured < (target?.least ?? -Infinity);
}

/** Puts the table into the README, with the day and the kind of machine. */
export function write(path, rows, rounds, grown) {
  const text = readFileSync(path, "utf8");
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest.split(END);
  const day = new Date().toISOString().slice(0, 10);
  const head = `${day}, ${machine()}, Node ${process.versions.node}, medians of ${rounds} rounds:`;
  writeFileSync(
    path,
    `${before}${BEGIN}\n\n${head}\n\n${table(rows)}\n\n${grown}\n\n${END}${after}`,
  );
  execFileSync("npx", ["prettier", "--write", "--log-level=warn", path]);
}

function machine() {
  const [{ model }] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${process.platform} ${process.arch}, ${cpus().length} × ${model.trim()}, ${memory} GB`;
}

function targetText({ target, unit }) {
  if (!target) return "";
  return target.most === undefined ? `≥ ${target.least} ${unit}` : `≤ ${target.most} ${unit}`;
}

function verdict(row) {
  if (!row.target) return "";
  if (!isBeyond(row)) return "met";
  return row.unfit ? "machine too busy to tell" : "missed";
}
