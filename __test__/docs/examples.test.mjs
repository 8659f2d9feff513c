/** The programs that docs/for-tools.md gives to authors of other tools run as they stand there. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/documents/list.mjs";
import { cli, run } from "../support/command.mjs";
import { temporaryFolder, writeFile } from "../support/home.mjs";

const page = readFileSync(join(root, "docs", "for-tools.md"), "utf8");
const EXAMPLES = Object.fromEntries(
  [...page.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm)].map(([, name, text]) => [name, text]),
);
const sampleHome = join(root, "samples", "codex-home");
const { threads } = JSON.parse(readFileSync(join(root, "samples", "ledger.json"), "utf8"));

/** What the sample home was billed for each model, as its generator says, as far as rollouts tell. */
function billed(since = "0") {
  const tokens = {};
  for (const { billed: models, lastRecordAt, tells } of threads) {
    if (lastRecordAt < since || tells === "nothing") continue;
    for (const [model, { totalTokens }] of Object.entries(models)) {
      const name = tells === "tokens" ? "unknown" : model;
      tokens[name] = (tokens[name] ?? 0) + totalTokens;
    }
  }
  return tokens;
}

/** Runs an example as somebody does who has installed the package and lies in an empty folder. */
async function runExample(t, name, program, ...args) {
  const folder = temporaryFolder(t);
  const bin = join(folder, "bin");
  mkdirSync(join(folder, "node_modules", "@ao"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules", "@ao", "plugin-codex"));
  const command = writeFile(
    bin,
    "ao-codex",
    `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`,
  );
  await run("chmod", ["+x", command]);
  writeFile(folder, name, EXAMPLES[name]);
  const env = {
    CODEX_HOME: sampleHome,
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    TZ: "UTC",
  };
  const { code, stdout, stderr } = await run(program, [name, ...args], { cwd: folder, env });
  const read = (file) => readFileSync(join(folder, file), "utf8");
  return { code, stdout, stderr, read };
}

test("there is one for a script, one for Node and one for a fleet, each of a few lines", () => {
  const lines = Object.entries(EXAMPLES).map(([name, text]) => [
    name,
    text.split("\n").length < 16,
  ]);
  assert.deepEqual(Object.fromEntries(lines), {
    "budget.sh": true,
    "spend.mjs": true,
    "responses.py": true,
  });
});

test("the budget goes on below the limit, and ends with 3 above it", async (t) => {
  const within = await runExample(t, "budget.sh", "sh", "100");
  const header =
    "month,threads,inputTokens,cachedInputTokens,cacheWriteInputTokens,outputTokens,reasoningOutputTokens,totalTokens,estimatedCostUsd,isEstimate\n";
  assert.equal(within.code, 0, within.stderr);
  assert.equal(within.stdout.slice(0, header.length), header);
  assert.match(within.stdout, /\ngo on\n$/);
  assert.deepEqual(JSON.parse(within.read("limits.json")), {
    schemaVersion: 1,
    codexHome: sampleHome,
    limits: [],
  });
});

test("the spend of each model comes from the native functions", async (t) => {
  const { code, stdout, stderr } = await runExample(t, "spend.mjs", process.execPath);
  assert.equal(code, 0, stderr);
  const models = Object.keys(billed("2026-01-01"));
  const lines = stdout.trimEnd().split("\n");
  assert.deepEqual(
    lines
      .slice(0, -1)
      .map((line) => line.split(": ")[0])
      .toSorted(),
    models.toSorted(),
  );
  assert.match(lines[0], /^\S+: (?:about )?\$\d+\.\d\d$/);
  const total = Object.values(billed("2026-01-01")).reduce((sum, tokens) => sum + tokens, 0);
  assert.equal(lines.at(-1), `all: ${total} tokens`);
});

test("every billed response is in an export, and adds up to what was billed", async (t) => {
  const { code, stdout, stderr } = await runExample(t, "responses.py", "python3");
  assert.equal(code, 0, stderr);
  const counted = Object.fromEntries(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([model, tokens]) => [model, Number(tokens)]),
  );
  assert.deepEqual(counted, billed());
});
