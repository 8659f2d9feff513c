/** What the README says of other tools is what the accounting page and the benchmarks measured. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/documents/list.mjs";

const text = (name) => readFileSync(join(root, name), "utf8");

/** The cells of the row of a table that begins so. */
function row(page, beginning) {
  const line = page.split("\n").find((one) => one.startsWith(`| ${beginning}`));
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const readme = text("README.md");
const accounting = text("docs/accounting.md");
const benches = text("benches/README.md");

test("the tools and their versions are those that were measured", () => {
  const measured = row(accounting, "thread of the sample home").slice(2);
  const [, ...named] = row(readme.slice(readme.indexOf("## Beside other tools")), "");
  assert.deepEqual(named, measured);
});

test("the figures of the sample home are those of the accounting page", () => {
  const [, billed, ...tools] = row(accounting, "**the whole home**");
  const [what, ...said] = row(readme, "the sample home");
  assert.ok(what.includes(`${billed} tokens`));
  assert.deepEqual(said, tools);
});

test("the homes of real Codex runs are those of the accounting page", () => {
  const [, all, ...exact] = row(accounting, "**all**");
  const [, ...said] = row(readme, "homes of real Codex runs");
  assert.deepEqual(
    said,
    exact.map((cell) => `${cell.split(" ")[0]} of ${all}`),
  );
});

test("the speed is that of the benchmarks, on the day that they say", () => {
  const times = ["ccusage", "tokscale"].map((tool) => {
    const rows = benches
      .split("\n")
      .filter((line) => line.startsWith("| (`ao-codex usage --json`") && line.includes(tool));
    // The last home is the one of 3,000 rollouts.
    const [, , , measured] = rows.at(-1).split("|");
    return `${Number.parseFloat(measured)} times as much`;
  });
  const [, ...said] = row(readme, "CPU for 3,000 rollouts");
  assert.deepEqual(said, ["1", ...times]);
  const [, day] = /^(\d{4}-\d\d-\d\d), linux/m.exec(benches);
  assert.ok(readme.includes(`Speed is of ${day}`));
});
