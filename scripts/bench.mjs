// `npm run bench`: how fast the built package is, as ratios against what runs beside it. See `benches/README.md`.
//
//   --full       homes of the size that the targets are about, and how the cost grows (6 GB of free space below the
//                temporary directory)
//   --write      puts the table into `benches/README.md`
//   --rounds N   how often each pair is measured
//   --only A,B   these parts: bill, export, sessions, search, wrapper
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { aggregate } from "../benches/aggregate.mjs";
import { exportHome, exportRows } from "../benches/export.mjs";
import { growth } from "../benches/growth.mjs";
import { poll, refresh } from "../benches/later.mjs";
import { installPeer, installTokscale } from "../benches/lib/peer.mjs";
import { misses, table, write } from "../benches/lib/report.mjs";
import { buildTools, generate } from "../benches/lib/tools.mjs";
import { sessionAppended, sessionRounds } from "../benches/sessions.mjs";
import { search } from "../benches/search.mjs";
import { FULL, QUICK } from "../benches/sizes.mjs";
import { wrapper } from "../benches/wrapper.mjs";
import { prepare, root } from "./prepare.mjs";

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
  },
});
const sizes = values.full ? FULL : QUICK;
const rounds = Number(values.rounds ?? sizes.rounds);

const parts = values.only?.split(",");
const isWanted = (part) => parts === undefined || parts.includes(part);
if (parts !== undefined && values.write) {
  say("the table is of all parts: --write and --only exclude each other");
  process.exit(2);
}

prepare();
say("building the floors …");
buildTools();
const peer = isWanted("bill") ? installPeer() : undefined;
const tokscale = isWanted("bill") ? installTokscale() : undefined;
if (isWanted("bill") && (!peer || !tokscale))
  say("ccusage or tokscale cannot be installed here: their rows are left out");
// Node reads these at its start, for longer than the rest of it takes: beside that everything would look quick.
delete process.env.NODE_EXTRA_CA_CERTS;

const scratch = mkdtempSync(join(tmpdir(), "ao-codex-bench-"));
// Not `finally` alone: gigabytes must not stay behind when somebody has seen enough.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(clean(130)));

/** The parts that are measured, each with the home that it needs and its function. */
const plan = [
  ["bill", "one", (on) => aggregate({ ...on, peer, tokscale, scratch })],
  ["sessions", "one", poll],
  ["sessions", "one", sessionAppended],
  ["bill", "many", (on) => aggregate({ ...on, peer, tokscale, scratch })],
  ["export", "many", (on) => exportHome({ ...on, scratch })],
  ["export", null, () => exportRows({ ...sizes.rows, rounds, scratch })],
  ["export", "heads", (on) => exportHome({ ...on, scratch })],
  ["search", "heads", search],
  ["sessions", "heads", refresh],
  ["sessions", "heads", (on) => sessionRounds({ ...on, lasting: values.full })],
];

try {
  // First, on a machine that has not just written gigabytes: it tells milliseconds apart.
  const wrapped = isWanted("wrapper") ? await wrapper() : [];
  const rows = [];
  for (const [part, name, measure] of plan) {
    if (!isWanted(part)) continue;
    rows.push(...(name === null ? await measure() : await withHome(name, measure)));
  }
  rows.push(...wrapped);
  process.stdout.write(`${table(rows)}\n`);
  const grows = values.full && parts === undefined;
  if (grows) say("measuring how the cost grows …");
  const grown = grows ? growth(scratch) : "";
  process.stdout.write(grown);
  if (values.write) write(join(root, "benches", "README.md"), rows, rounds, grown);
  process.exitCode = rows.some(misses) ? 1 : 0;
} finally {
  clean();
}

/** Writes a home, works on it, removes it: never two of them at a time on the disk. */
async function withHome(name, work) {
  const home = join(scratch, name);
  say(`writing ${sizes[name].files} rollouts, ${Math.round(sizes[name].bytes / 1e6)} MB …`);
  const ledger = generate(home, sizes[name]);
  settle();
  say("measuring …");
  const rows = await work({ home, ledger, size: sizeText(ledger), rounds });
  rmSync(home, { recursive: true });
  settle();
  return rows;
}

/** Has the disk done with gigabytes that were written or removed: what it still does would be measured too. */
function settle() {
  execFileSync("sync");
}

function sizeText({ files, bytes }) {
  const size = bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
  return files === 1 ? `one rollout of ${size}` : `${files.toLocaleString("en")} rollouts, ${size}`;
}

function clean(code = 0) {
  rmSync(scratch, { recursive: true, force: true });
  return code;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
