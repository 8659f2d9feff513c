import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { aoCodex, root } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";

const SAMPLES = join(root, "samples");
const HOME = join(SAMPLES, "codex-home");
const ledger = JSON.parse(readFileSync(join(SAMPLES, "ledger.json"), "utf8"));

/** What the rollouts of the oldest versions do not say, nobody can read from them. */
const TOLD = {
  nothing: () => ({}),
  tokens: (billed) => ({ unknown: Object.values(billed)[0] }),
  "tokens and models": (billed) => billed,
};

let report;
before(async () => {
  report = JSON.parse((await aoCodex(["usage", "--json", "--codex-home", HOME])).stdout);
});

for (const { threadId, rollout, tells, billed } of ledger.threads) {
  test(`${rollout.split("/").at(-1)} is reported to the token as it was billed`, () => {
    const thread = report.threads.find((candidate) => candidate.threadId === threadId);
    assert.equal(thread.rolloutPath, join(HOME, rollout));
    assert.deepEqual(mapValues(thread.models, tokensOf), TOLD[tells](billed));
  });
}

test("the sample home has these threads and no others, and their sum is its bill", () => {
  const told = ledger.threads.flatMap(({ tells, billed }) => Object.values(TOLD[tells](billed)));
  assert.deepEqual(idsOf(report.threads), idsOf(ledger.threads));
  assert.equal(
    report.totals.totalTokens,
    told.reduce((sum, usage) => sum + usage.totalTokens, 0),
  );
});

test("the sample home shows every way in which a rollout is kept and a thread comes to be", () => {
  const kinds = report.threads.map(({ kind, archived, rolloutPath }) =>
    [kind, archived ? "archived" : "", rolloutPath.endsWith(".zst") ? "compressed" : ""]
      .join(" ")
      .trim(),
  );
  assert.deepEqual([...new Set(kinds)].toSorted(), [
    "fork",
    "root",
    "root  compressed",
    "root archived",
    "subagent",
  ]);
});

test("the generator writes the sample that is committed, byte for byte", (t) => {
  const copy = temporaryFolder(t);
  cpSync(join(root, "scripts"), join(copy, "scripts"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const { status, stderr } = spawnSync(process.execPath, [
    join(copy, "scripts", "make-sample-home.mjs"),
  ]);
  assert.deepEqual([status, stderr.toString()], [0, ""]);
  assert.deepEqual(filesOf(join(copy, "samples")), filesOf(SAMPLES));
});

test("the sample is smaller than 300 KB", () => {
  const sizes = readdirSync(HOME, { recursive: true }).map((name) => statSync(join(HOME, name)));
  const bytes = sizes.filter((stat) => stat.isFile()).reduce((sum, { size }) => sum + size, 0);
  assert.ok(bytes < 300_000, `${bytes} bytes`);
});

function idsOf(threads) {
  return threads.map(({ threadId }) => threadId).toSorted();
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function tokensOf({ estimatedCostUsd: _cost, ...tokens }) {
  return tokens;
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => [path.slice(folder.length), readFileSync(path, "base64")]);
}
