/**
 * Exports of real Codex runs, added up by the engines: to the token what the model server's ledgers say.
 *
 * The lab has exported each home after each of its steps, for two hosts in turns, all into one directory. Here both are
 * killed, export once more, and one of them again, when the younger half of its rollouts is gone.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { NO_TURN_CONTEXT_UNTIL } from "../codex/expectations.mjs";
import { Ledger } from "../codex/ledger.mjs";
import { rolloutFiles } from "../codex/rollout-files.mjs";
import { isAtMost } from "../codex/versions.mjs";
import { DELETED, REPEATED_ELSEWHERE, TORN_AWAY } from "../codex/written-down.mjs";
import { compressInPlace } from "../codex/zstd.mjs";
import { cli, root } from "../support/command.mjs";

const folder = process.env.AO_ENGINES_HOMES;
const isWithClickHouse = process.env.AO_ENGINES_PYTHON !== undefined;
const COLUMNS = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "outputTokens",
  "reasoningOutputTokens",
];

/** What became of responses after the lab had exported them. */
const EXPORTED_BEFORE = new Set([DELETED, REPEATED_ELSEWHERE, TORN_AWAY]);

/** An export of all homes takes about as long. */
const MOST_BEFORE_KILL_MS = 600;

const scratch = mkdtempSync(join(tmpdir(), "ao-codex-engines-test-"));
const exports = join(scratch, "exports");
after(() => rmSync(scratch, { recursive: true, force: true }));

const labs = readdirSync(folder).filter((name) => existsSync(join(folder, name, "ledger.jsonl")));
/** Copies: here rollouts are compressed, archived and removed. */
const homes = labs.map((name) => join(scratch, "homes", name));
const halves = labs.map((name) => join(scratch, "halves", name));

function copyRollouts(home, copy) {
  for (const top of ["sessions", "archived_sessions"])
    if (existsSync(join(home, top)))
      cpSync(join(home, top), join(copy, top), { recursive: true, preserveTimestamps: true });
}

function start(from, host) {
  const cache = join(scratch, `cache-${host}`);
  const args = from.flatMap((home) => ["--codex-home", home]);
  return spawn(process.execPath, [cli, "export", exports, "--host", host, "--json", ...args], {
    env: { ...process.env, HOME: cache, XDG_CACHE_HOME: cache },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function exported(from, host) {
  const child = start(from, host);
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** It may have ended before. */
async function killed(from, host) {
  const child = start(from, host);
  const closed = once(child.stdout.resume(), "close");
  await sleep(Math.random() * MOST_BEFORE_KILL_MS);
  child.kill("SIGKILL");
  await closed;
}

before(async () => {
  cpSync(join(folder, "exports"), exports, { recursive: true });
  for (const copies of [homes, halves])
    for (const [at, copy] of copies.entries())
      copyRollouts(join(folder, labs[at], "codex-home"), copy);
  for (const half of halves) {
    const rollouts = await rolloutFiles(half);
    for (const { path } of rollouts.slice(Math.ceil(rollouts.length / 2))) rmSync(path);
  }
  await Promise.all([killed(homes, "a"), killed(homes, "b")]);
  await Promise.all([exported(homes, "a"), exported(homes, "b")]);
  await exported(halves, "b");
});

/** What the provider billed, of what can have been in the rollouts. */
function billed() {
  const sums = {};
  for (const lab of labs) {
    const ledger = Ledger.read(join(folder, lab, "ledger.jsonl"));
    for (const entry of ledger.entries) if (EXPORTED_BEFORE.has(entry.fate)) entry.fate = null;
    for (const { threadId, model, version, usage } of ledger.writtenDown()) {
      const named = isAtMost(version, NO_TURN_CONTEXT_UNTIL) ? "unknown" : model;
      const sum = (sums[`${threadId} ${named}`] ??= COLUMNS.map(() => 0));
      for (const [at, column] of COLUMNS.entries()) sum[at] += usage[column];
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum.some(Boolean)));
}

function summed(rows) {
  return Object.fromEntries(
    rows.map(({ threadId, model, ...sum }) => [
      `${threadId} ${model ?? "unknown"}`,
      COLUMNS.map((column) => Number(sum[column])),
    ]),
  );
}

const SUMS = COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(", ");
const BY_THREAD = `SELECT threadId, model, ${SUMS} FROM responses GROUP BY threadId, model`;

/** The statements of a block of SQL in docs/many-machines.md, over the exports of this test. */
function documented(engine) {
  const page = readFileSync(join(root, "docs", "many-machines.md"), "utf8");
  const [, block] = new RegExp(`^${engine}\\b.*?^\`\`\`sql\n(.*?)^\`\`\``, "ms").exec(page);
  const statements = block.replaceAll("/srv/codex-usage", exports).split(";\n");
  return statements.map((one) => one.trim()).filter(Boolean);
}

/** The answers of DuckDB to the documented questions and to that of this test. */
async function duckDb() {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const answers = [];
  for (const statement of [...documented("DuckDB"), BY_THREAD]) {
    const reader = await connection.runAndReadAll(statement);
    answers.push(reader.getRowObjectsJson());
  }
  connection.closeSync();
  return answers.slice(1);
}

function clickHouse() {
  const program = fileURLToPath(new URL("clickhouse.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.env.AO_ENGINES_PYTHON, [program], {
    input: JSON.stringify([...documented("ClickHouse"), BY_THREAD]),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).slice(1);
}

/** `usage --from`, grouped: the key and the usage of each group, with what is not known as the engines say it. */
function grouped(by) {
  const args = [cli, "usage", "--from", exports, "--by", by, "--json", "--timezone", "UTC"];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout).groups;
}

const engines = { DuckDB: duckDb, ...(isWithClickHouse && { ClickHouse: clickHouse }) };
for (const [engine, ask] of Object.entries(engines))
  test(`${engine} adds up what the provider billed, and answers as documented`, async () => {
    const [byWeek, byRepository, largest, byThread] = await ask();
    assert.deepEqual(summed(byThread), billed());
    assert.deepEqual(
      Object.fromEntries(byWeek.map((row) => [`${row.host} ${row.week}`, Number(row.tokens)])),
      Object.fromEntries(
        grouped("host,week").map(({ key, usage }) => [key.join(" "), usage.totalTokens]),
      ),
    );
    const repositories = {};
    for (const { repo, model, input, cached, output } of byRepository) {
      const sum = (repositories[`${repo ?? "unknown"} ${model ?? "unknown"}`] ??= [0, 0, 0]);
      for (const [at, tokens] of [input, cached, output].entries()) sum[at] += Number(tokens);
    }
    assert.deepEqual(
      repositories,
      Object.fromEntries(
        grouped("repo,model").map(({ key, usage }) => [
          key.join(" "),
          [usage.inputTokens, usage.cachedInputTokens, usage.outputTokens],
        ]),
      ),
    );
    const totals = grouped("thread").map(({ usage }) => usage.totalTokens);
    assert.deepEqual(
      largest.map(({ tokens }) => Number(tokens)),
      totals.toSorted((a, b) => b - a).slice(0, 20),
    );
  });

test("usage --from adds up what the provider billed, by thread and model", () => {
  const groups = grouped("thread,model").map(({ key, usage }) => [
    key.join(" "),
    COLUMNS.map((column) => usage[column]),
  ]);
  assert.deepEqual(Object.fromEntries(groups), billed());
});

test("what is exported again, compressed and archived meanwhile, writes nothing", async () => {
  assert.deepEqual((await exported(homes, "a")).written, []);
  for (const home of homes) {
    const archive = join(home, "archived_sessions");
    mkdirSync(archive, { recursive: true });
    for (const [at, { path, archived }] of (await rolloutFiles(home)).entries()) {
      const isAlone = !existsSync(`${path}.zst`) && !path.endsWith(".zst");
      const put = isAlone && at % 3 < 2 ? await compressInPlace(path) : path;
      const target = join(archive, basename(put));
      if (!archived && at % 3 > 0 && !existsSync(target)) renameSync(put, target);
    }
  }
  assert.deepEqual((await exported(homes, "a")).written, []);
});
