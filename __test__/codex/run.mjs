/**
 * `npm test -- codex`: real Codex binaries against a model server of our own, and then
 * `ao-codex usage --json` against that server's ledger, exact to the token.
 *
 *   --full               every version and every scenario
 *   --codex A,B          these versions
 *   --scenario A,B       these scenarios
 *   --seed N             repeats an earlier run's figures
 *   --keep FOLDER        leaves the homes and ledgers in FOLDER, and in FOLDER/exports what was exported of each home
 *                        whenever something had happened in it
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { prepare } from "../../scripts/prepare.mjs";
import { installCodex } from "./install.mjs";
import { isInside, runInside } from "./namespace.mjs";
import { play } from "./play.mjs";
import { freshSeed } from "./random.mjs";
import { selectPlays, versionsNeeded } from "./selection.mjs";
import { matrix, progressLine, resultTable } from "./tables.mjs";
import { assertZstd } from "./zstd.mjs";

/** A scenario waits more than it computes. */
const AT_ONCE = 3;

const { values: options } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    codex: { type: "string" },
    scenario: { type: "string" },
    seed: { type: "string" },
    keep: { type: "string" },
  },
});
const list = (text) => text?.split(",");
const plays = selectPlays({
  full: options.full,
  versions: list(options.codex),
  names: list(options.scenario),
});
const seed = options.seed === undefined ? freshSeed() : Number(options.seed);

if (!Number.isSafeInteger(seed))
  usageError(`expected --seed to be an integer, got ${options.seed}`);
if (plays.length === 0) usageError("no scenario of these names runs with these versions");
assertZstd();
process.exitCode = isInside() ? await playAll() : await prepareAndRun();

function usageError(message) {
  console.error(message);
  process.exit(2);
}

/** Builds and downloads while there still is a network, then runs this file again without one. */
async function prepareAndRun() {
  prepare();
  for (const version of versionsNeeded(plays)) await installCodex(version);
  return runInside([...process.argv.slice(1), "--seed", String(seed)]);
}

async function playAll() {
  const keep = options.keep !== undefined;
  const root = keep ? resolve(options.keep) : await mkdtemp(join(tmpdir(), "ao-codex-lab-"));
  const exports = keep ? join(root, "exports") : undefined;
  if (keep) await rm(exports, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  let discard = !keep;
  process.once("exit", () => {
    if (discard) rmSync(root, { recursive: true, force: true });
  });
  console.log(`${plays.length} scenarios, seed ${seed} (repeat with --seed ${seed})`);

  const results = [];
  const queue = [...plays.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { version, scenario }] = next;
      results[index] = await play({ version, scenario, seed, root, keep, exports });
      console.log(progressLine(results[index]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const failed = results.filter(({ problems }) => problems.length > 0);
  console.log(options.full ? matrix(results) : resultTable(results));
  if (failed.length > 0) {
    discard = false;
    console.log(`Homes and ledgers of what failed are in ${root}`);
  }
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}
