// `node scripts/write-accuracy.mjs`: writes into docs/accounting.md what ao-codex and ccusage make of the sample home,
// beside what was billed. Where ccusage cannot be installed nothing is written.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { installPeer } from "../benches/lib/peer.mjs";
import { prepare, root } from "./prepare.mjs";

const HOME = join(root, "samples", "codex-home");
const PAGE = join(root, "docs", "accounting.md");
const PLACE =
  /(<!-- begin of what `node scripts\/write-accuracy\.mjs` writes -->\n)[^]*?(<!-- end -->)/;

/** What happened to the threads that are told from the others, by the beginnings of their ids. */
const STORIES = {
  "019b0e01": "Codex compressed the rollout (`.jsonl.zst`)",
  "019be5a7": "a fork whose rollout repeats its parent's records",
  "01a11cbe": "the machine went down while a tool ran",
  "01a1cee6": "a fork that points to its parent; its first response failed",
};

prepare();
const peer = installPeer();
if (peer === undefined) process.stderr.write("ccusage cannot be installed here: left as it is\n");
else await write(peer);

async function write({ name, program }) {
  const theirs = tokensOfPeer(program);
  const ours = tokensOfOurs();
  const { threads } = JSON.parse(readFileSync(join(root, "samples", "ledger.json"), "utf8"));
  // Before 0.30 Codex wrote no counts: nobody can tell.
  const told = threads
    .filter(({ tells }) => tells !== "nothing")
    .map(({ threadId, rollout, billed }) => ({
      story: STORIES[threadId.split("-")[0]] ?? null,
      billed: Object.values(billed).reduce((tokens, { totalTokens }) => tokens + totalTokens, 0),
      ours: ours.get(threadId) ?? 0,
      theirs:
        theirs.get(
          rollout
            .split("/")
            .at(-1)
            .replace(/\.jsonl(\.zst)?$/, ""),
        ) ?? 0,
    }));
  const plain = told.filter(({ story }) => story === null);
  const rows = [
    ...told.filter(({ story }) => story !== null),
    { story: `the other ${plain.length} threads`, ...sum(plain) },
    { story: "**the whole home**", ...sum(told) },
  ];
  const table = [
    `| thread of the sample home | billed | \`ao-codex\` | ${name} |`,
    "|---|--:|--:|--:|",
    ...rows.map(
      (row) =>
        `| ${row.story} | ${count(row.billed)} | ${beside(row.ours, row.billed)} | ${beside(row.theirs, row.billed)} |`,
    ),
  ];
  const text = readFileSync(PAGE, "utf8").replace(
    PLACE,
    (_, begin, end) => `${begin}\n${table.join("\n")}\n\n${end}`,
  );
  writeFileSync(PAGE, await format(text, { parser: "markdown", printWidth: 100 }));
}

function tokensOfPeer(program) {
  const scratch = mkdtempSync(join(tmpdir(), "ao-codex-accuracy-"));
  const env = { PATH: process.env.PATH, HOME: scratch, CODEX_HOME: HOME, TZ: "UTC" };
  const { stdout } = spawnSync(program, ["codex", "session", "--json", "--offline"], {
    env,
    encoding: "utf8",
  });
  rmSync(scratch, { recursive: true, force: true });
  return new Map(
    JSON.parse(stdout).sessions.map(({ sessionFile, totalTokens }) => [sessionFile, totalTokens]),
  );
}

function tokensOfOurs() {
  const args = [join(root, "dist", "cli.cjs"), "usage", "--json", "--codex-home", HOME];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return new Map(
    JSON.parse(stdout).threads.map(({ threadId, usage }) => [threadId, usage.totalTokens]),
  );
}

function sum(rows) {
  const of = (field) => rows.reduce((total, row) => total + row[field], 0);
  return { billed: of("billed"), ours: of("ours"), theirs: of("theirs") };
}

function beside(tokens, billed) {
  if (tokens === billed) return count(tokens);
  const percent = (tokens / billed - 1) * 100;
  return `${count(tokens)} (${percent > 0 ? "+" : "−"}${Math.abs(percent).toFixed(1)} %)`;
}

function count(tokens) {
  return tokens.toLocaleString("en-US");
}
