// `node scripts/write-accuracy.mjs [HOMES]`: writes into docs/accounting.md what ao-codex, ccusage and tokscale make of
// the sample home, beside what was billed, and of the HOMES that `npm test -- codex --full --keep HOMES` has left,
// beside what the model server billed. Where one of them cannot be installed nothing is written.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format } from "prettier";
import { labTable } from "./accuracy/lab-table.mjs";
import { tools as installedTools } from "./accuracy/tools.mjs";
import { prepare, root } from "./prepare.mjs";

const HOME = join(root, "samples", "codex-home");
const PAGE = join(root, "docs", "accounting.md");

/** The stories of the threads that are told from the others, by the beginnings of their ids. */
const STORIES = {
  "019b0e01": "Codex compressed the rollout (`.jsonl.zst`)",
  "019be5a7": "a fork whose rollout repeats its parent's records",
  "01a11cbe": "the machine went down while a tool ran",
  "01a1cee6": "a fork that points to its parent; its first response failed",
};

prepare();
const tools = installedTools();
const [homes] = process.argv.slice(2);
if (tools === undefined)
  process.stderr.write("the others cannot be installed here: left as it is\n");
else {
  let page = replaced(readFileSync(PAGE, "utf8"), "the sample home", sampleTable());
  if (homes !== undefined)
    page = replaced(page, "homes of real Codex runs", await labTable(resolve(homes), tools));
  writeFileSync(PAGE, await format(page, { parser: "markdown", printWidth: 100 }));
}

/** The page with these rows in the place of that name. */
function replaced(page, name, rows) {
  const place = new RegExp(`(<!-- ${name}: [^>]* -->\n)[^]*?(<!-- end -->)`);
  return page.replace(place, (_, begin, end) => `${begin}\n${rows.join("\n")}\n\n${end}`);
}

function sampleTable() {
  const told = tools.map(({ tokensOf }) => tokensOf(HOME));
  const { threads } = JSON.parse(readFileSync(join(root, "samples", "ledger.json"), "utf8"));
  // Before 0.30 Codex wrote no counts: nobody can tell.
  const rows = threads
    .filter(({ tells }) => tells !== "nothing")
    .map(({ threadId, billed }) => ({
      story: STORIES[threadId.split("-")[0]] ?? null,
      billed: Object.values(billed).reduce((tokens, { totalTokens }) => tokens + totalTokens, 0),
      told: told.map((tokens) => tokens.get(threadId) ?? 0),
    }));
  const isExact = ({ billed, told: all }) => all.every((tokens) => tokens === billed);
  const [special, others] = [true, false].map((wanted) =>
    rows.filter((row) => (row.story !== null) === wanted),
  );
  const [exact, wrong] = [true, false].map((wanted) =>
    others.filter((row) => isExact(row) === wanted),
  );
  const sum = (some) => ({
    billed: some.reduce((total, { billed }) => total + billed, 0),
    told: tools.map((_, at) => some.reduce((total, row) => total + row.told[at], 0)),
  });
  return [
    `| thread of the sample home | billed | ${tools.map(({ name }) => name).join(" | ")} |`,
    `|---|--:|${tools.map(() => "--:").join("|")}|`,
    ...[
      ...special,
      ...(wrong.length > 0
        ? [{ story: `${wrong.length} more that somebody has wrong`, ...sum(wrong) }]
        : []),
      { story: `the other ${exact.length} threads`, ...sum(exact) },
      { story: "**the whole home**", ...sum(rows) },
    ].map(({ story, billed, told: all }) => {
      const cells = all.map((tokens) => beside(tokens, billed));
      return `| ${story} | ${count(billed)} | ${cells.join(" | ")} |`;
    }),
  ];
}

function beside(tokens, billed) {
  if (tokens === billed) return count(tokens);
  const percent = (tokens / billed - 1) * 100;
  return `${count(tokens)} (${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %)`;
}

function count(tokens) {
  return tokens.toLocaleString("en-US");
}
