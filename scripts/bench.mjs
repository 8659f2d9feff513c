// `npm run bench`: how fast the built package is, as ratios against what runs beside it. See `benches/README.md`.
//
//   --full       homes of the size that the targets are about, and how the cost grows (6 GB of free space below the temporary directory)
//   --write      puts the table into `benches/README.md`
//   --rounds N   how often each pair is measured
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { aggregate } from "../benches/aggregate.mjs";
import { exportHome, exportRows } from "../benches/export.mjs";
import { growth } from "../benches/growth.mjs";
import { poll, refresh } from "../benches/later.mjs";
import { installPeer } from "../benches/lib/peer.mjs";
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
  },
});
const sizes = values.full ? FULL : QUICK;
const rounds = Number(values.rounds ?? sizes.rounds);

prepare();
say("building the floors …");
buildTools();
const peer = installPeer();
if (!peer) say("ccusage cannot be installed here: the rows against it are left out");
// Node reads these at its start, for longer than the rest of it takes: beside that everything would look quick.
delete process.env.NODE_EXTRA_CA_CERTS;

const scratch = mkdtempSync(join(tmpdir(), "ao-codex-bench-"));
// Not `finally` alone: gigabytes must not stay behind when somebody has seen enough.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(clean(130)));
try {
  // First, on a machine that has not just written gigabytes: it tells milliseconds apart.
  const wrapped = await wrapper();
  const rows = [];
  await withHome("one", async (home, ledger) => {
    rows.push(
      ...(await aggregate({ home, ledger, size: sizeText(ledger), rounds, peer, scratch })),
    );
  });
  await withHome("one", async (home, ledger) => {
    rows.push(...(await poll({ home, size: sizeText(ledger), rounds })));
    rows.push(...(await sessionAppended({ home, size: sizeText(ledger), rounds })));
  });
  await withHome("many", async (home, ledger) => {
    rows.push(
      ...(await aggregate({ home, ledger, size: sizeText(ledger), rounds, peer, scratch })),
    );
  });
  await withHome("many", async (home, ledger) => {
    rows.push(...(await exportHome({ home, size: sizeText(ledger), rounds, scratch })));
  });
  rows.push(...(await exportRows({ ...sizes.rows, rounds, scratch })));
  await withHome("heads", async (home, ledger) => {
    rows.push(...(await exportHome({ home, size: sizeText(ledger), rounds, scratch })));
    rows.push(...(await search({ home, ledger, rounds })));
    rows.push(...(await refresh({ home, ledger, rounds })));
    rows.push(...(await sessionRounds({ home, ledger, rounds, lasting: values.full })));
  });
  rows.push(...wrapped);
  process.stdout.write(`${table(rows)}\n`);
  if (values.full) say("measuring how the cost grows …");
  const grown = values.full ? growth(scratch) : "";
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
  await work(home, ledger);
  rmSync(home, { recursive: true });
  settle();
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
