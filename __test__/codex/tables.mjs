/** The run's results as text. */

const MAX_PROBLEMS = 12;

export const progressLine = ({ version, name, milliseconds, problems }) => {
  const line = `${problems.length === 0 ? "ok  " : "FAIL"} ${version} ${name} (${milliseconds} ms)`;
  const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => `\n       ${problem}`);
  const rest = problems.length - shown.length;
  return line + shown.join("") + (rest > 0 ? `\n       and ${rest} more` : "");
};

/** One line for each scenario: what was billed and written down, and what was reported. */
export const resultTable = (results) => {
  const header = ["codex", "scenario", "threads", "billed", "reported", "result"];
  const rows = results.map(({ version, name, threads, billed, reported, problems }) => [
    version,
    name,
    String(threads),
    String(billed),
    String(reported),
    problems.length === 0 ? "exact" : "DIFFERS",
  ]);
  return align([header, ...rows], (column) => column >= 2 && column <= 4);
};

/** Scenarios down, versions across. */
export const matrix = (results) => {
  const versions = [...new Set(results.map(({ version }) => version))];
  const names = [...new Set(results.map(({ name }) => name))];
  const cell = (name, version) => {
    const result = results.find((one) => one.name === name && one.version === version);
    if (result === undefined) return "-";
    return result.problems.length === 0 ? "ok" : "FAIL";
  };
  const rows = names.map((name) => [name, ...versions.map((version) => cell(name, version))]);
  return align([["scenario", ...versions], ...rows], (column) => column > 0);
};

function align(rows, isRight) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (text, column) =>
    isRight(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return `\n${rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")}\n`;
}
