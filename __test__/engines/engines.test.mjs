/** Exports of real Codex runs, added up by the engines: to the token what the model server's ledgers say. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { asWrittenDown, isWrittenDown } from "../codex/written-down.mjs";
import { cli } from "../support/command.mjs";

const folder = process.env.AO_ENGINES_HOMES;
const homes = readdirSync(folder).filter((name) => existsSync(join(folder, name, "ledger.jsonl")));
const COLUMNS = [
  "inputTokens",
  "cachedInputTokens",
  "cacheWriteInputTokens",
  "outputTokens",
  "reasoningOutputTokens",
];
/** So many homes are exported at a time. */
const AT_ONCE = 4;

const scratch = mkdtempSync(join(tmpdir(), "ao-codex-engines-test-"));
const files = join(scratch, "exports", "*", "day=*", "host=*", "responses.ndjson.gz");
after(() => rmSync(scratch, { recursive: true, force: true }));

function start(home, directory, host) {
  const cache = join(scratch, "cache");
  const args = [cli, "export", directory, "--host", host, "--codex-home", home];
  return spawn(process.execPath, args, {
    env: { ...process.env, HOME: cache, XDG_CACHE_HOME: cache },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function exported(home, directory, host) {
  const [code] = await once(start(home, directory, host), "exit");
  assert.equal(code, 0, home);
}

/** A second host has a copy of some of the rollouts; the first export of the first is killed, and each comes twice. */
async function exportOnHosts(name) {
  const home = join(folder, name, "codex-home");
  const directory = join(scratch, "exports", name);
  const copy = join(scratch, "copies", name);
  cpSync(home, copy, { recursive: true });
  for (const top of ["sessions", "archived_sessions"]) {
    const all = existsSync(join(copy, top))
      ? readdirSync(join(copy, top), { recursive: true })
      : [];
    const rollouts = all.map(String).filter((path) => path.includes(".jsonl"));
    for (const path of rollouts.filter((_, at) => at % 2 === 1)) rmSync(join(copy, top, path));
  }
  const killed = start(home, directory, "a");
  await sleep(Math.random() * 150);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  for (const [from, host] of [
    [copy, "b"],
    [home, "a"],
    [home, "a"],
  ])
    await exported(from, directory, host);
}

before(async () => {
  const left = [...homes];
  const work = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) await exportOnHosts(name);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

/** What the provider billed, of what can be in the rollouts that are there. */
function billed() {
  const sums = {};
  for (const name of homes) {
    const home = join(folder, name, "codex-home");
    const all = ["sessions", "archived_sessions"]
      .filter((top) => existsSync(join(home, top)))
      .flatMap((top) => readdirSync(join(home, top), { recursive: true }).map(String));
    const lines = readFileSync(join(folder, name, "ledger.jsonl"), "utf8")
      .trim()
      .split("\n");
    for (const entry of lines.filter(Boolean).map(JSON.parse).filter(isWrittenDown)) {
      const { threadId, model } = entry;
      if (!all.some((path) => path.includes(threadId))) continue;
      const sum = (sums[`${name} ${threadId} ${model}`] ??= COLUMNS.map(() => 0));
      const usage = asWrittenDown(entry);
      for (const [at, column] of COLUMNS.entries()) sum[at] += usage[column];
    }
  }
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum.some(Boolean)));
}

function summed(rows) {
  return Object.fromEntries(
    rows.map(({ home, threadId, model, ...sum }) => [
      `${home} ${threadId} ${model}`,
      COLUMNS.map((column) => Number(sum[column])),
    ]),
  );
}

const sums = (to) => COLUMNS.map((column) => `${to(`sum(${column})`)} AS ${column}`).join(", ");

test("DuckDB adds up what the provider billed, by thread and model", async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const reader = await connection.runAndReadAll(`
    SELECT home, threadId, model, ${sums((sum) => `${sum}::DOUBLE`)}
    FROM (
      SELECT DISTINCT ON (home, id) *
      FROM (
        SELECT *, regexp_extract(filename, 'exports/([^/]+)/', 1) AS home
        FROM read_json('${files}', filename = true, hive_partitioning = true, union_by_name = true)
      )
    )
    GROUP BY ALL`);
  assert.deepEqual(summed(reader.getRowObjects()), billed());
  connection.closeSync();
});

test("ClickHouse adds up what the provider billed, by thread and model", () => {
  const query = `
    SELECT home, threadId, model, ${sums((sum) => sum)}
    FROM (
      SELECT DISTINCT ON (home, id) *, extract(_path, 'exports/([^/]+)/') AS home
      FROM file('${files}', 'JSONEachRow')
    )
    GROUP BY home, threadId, model`;
  const program = fileURLToPath(new URL("clickhouse.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.env.AO_ENGINES_PYTHON, [program, query], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  assert.equal(status, 0, stderr);
  assert.deepEqual(summed(stdout.trim().split("\n").map(JSON.parse)), billed());
});

test("usage --from adds up what the provider billed, home by home", () => {
  const found = {};
  for (const home of homes) {
    const directory = join(scratch, "exports", home);
    const args = [cli, "usage", "--from", directory, "--by", "thread,model", "--json"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(stderr, "");
    for (const { key, usage } of JSON.parse(stdout).groups)
      found[`${home} ${key.join(" ")}`] = COLUMNS.map((column) => usage[column]);
  }
  assert.deepEqual(found, billed());
});
