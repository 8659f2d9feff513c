/** `ao-codex export`: files for many machines. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { aoCodex, sampleHome, temporary } from "./support/export.mjs";

function rowsOf(directory) {
  return readdirSync(directory, { recursive: true })
    .filter((path) => path.endsWith(".ndjson.gz"))
    .toSorted()
    .flatMap((path) =>
      gunzipSync(readFileSync(join(directory, path)))
        .toString()
        .trim()
        .split("\n")
        .map(JSON.parse),
    );
}

function sums(rows) {
  const all = {};
  for (const row of rows) {
    const sum = (all[row.threadId] ??= { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 });
    for (const column of Object.keys(sum)) sum[column] += row[column];
  }
  return all;
}

const billed = () =>
  Object.fromEntries(
    JSON.parse(aoCodex(["usage", "--json", "--codex-home", sampleHome]).stdout)
      .threads.filter(({ usage }) => usage.totalTokens > 0)
      .map(({ threadId, usage: { inputTokens, cachedInputTokens, outputTokens } }) => [
        threadId,
        { inputTokens, cachedInputTokens, outputTokens },
      ]),
  );

test("the rows of the sample home add up to its bill, thread by thread", (t) => {
  const directory = join(temporary(t), "new/deep");
  const first = aoCodex(["export", directory, "--host", "ci-1", "--codex-home", sampleHome]);
  assert.deepEqual([first.status, first.stderr], [0, ""]);
  const rows = rowsOf(directory);
  assert.deepEqual(sums(rows), billed());
  assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
  const { at, id, threadId, ...row } = rows.find((one) => one.model === "gpt-6-sol");
  assert.match(at, /^2026-11-1\d{1}T\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(id.length > 5 && threadId.length === 36);
  assert.deepEqual(Object.keys(row), [
    "schemaVersion",
    "parentThreadId",
    "kind",
    "model",
    "tier",
    "inputTokens",
    "cachedInputTokens",
    "cacheWriteInputTokens",
    "outputTokens",
    "reasoningOutputTokens",
    "repo",
    "branch",
    "workspace",
    "session",
    "codexVersion",
    "labels",
  ]);
  const file = join(
    directory,
    readdirSync(directory).find((name) => name.startsWith("day=")),
  );
  assert.equal(statSync(join(file, "host=ci-1/responses.ndjson.gz")).mode & 0o777, 0o600);
  assert.equal(statSync(file).mode & 0o777, 0o700);
});

test("a second export says that nothing is new, and two hosts stand beside each other", (t) => {
  const directory = temporary(t);
  const run = (host) => aoCodex(["export", directory, "--host", host, "--codex-home", sampleHome]);
  run("a");
  assert.match(run("a").stdout, /has them already\.\n$/);
  run("b");
  const rows = rowsOf(directory);
  assert.equal(rows.length, 2 * new Set(rows.map((row) => row.id)).size);
});

test("an engine counts each response of two hosts once, to the token", async (t) => {
  // Here: it has no binary for musl, and the others of this file need none.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const directory = temporary(t);
  for (const host of ["a", "b"])
    aoCodex(["export", directory, "--host", host, "--codex-home", sampleHome]);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`
    SELECT threadId, sum(inputTokens)::DOUBLE AS inputTokens,
      sum(cachedInputTokens)::DOUBLE AS cachedInputTokens, sum(outputTokens)::DOUBLE AS outputTokens
    FROM (SELECT DISTINCT ON (id) * FROM read_json('${directory}/day=*/host=*/responses.ndjson.gz',
      hive_partitioning = true, union_by_name = true))
    GROUP BY threadId`);
  const counted = reader.getRowObjects().map(({ threadId, ...sum }) => [threadId, { ...sum }]);
  assert.deepEqual(Object.fromEntries(counted), billed());
  connection.closeSync();
});

test("labels are in each row, and names are left out or hashed", (t) => {
  const rows = (...more) => {
    const directory = temporary(t);
    aoCodex(["export", directory, "--host", "a", "--codex-home", sampleHome, ...more]);
    return rowsOf(directory);
  };
  const full = rows("--label", "team=a=b", "--label", "runner=spot");
  assert.deepEqual(full[0].labels, { runner: "spot", team: "a=b" });
  assert.ok(full.some((row) => row.workspace === "/home/dev/shop-api"));
  assert.ok(rows("--paths", "repo").every((row) => row.workspace === null));
  const hashed = rows("--paths", "hash");
  assert.ok(hashed.every((row) => row.workspace === null || /^[0-9a-f]{16}$/.test(row.workspace)));
  assert.deepEqual(sums(hashed), sums(full));
  const since = rows("--since", "2026-11-01");
  assert.deepEqual(
    since.map((row) => row.id),
    full.filter((row) => row.at >= "2026-11-01").map((row) => row.id),
  );
});

test("a host, a label or a date that cannot be is a usage error", (t) => {
  const directory = temporary(t);
  for (const wrong of [
    ["--host", "../up"],
    ["--host", "a\nb"],
    ["--host", ""],
    ["--host", "a/b"],
    ["--host", "."],
    ["--label", "team"],
    ["--label", "=shop"],
    ["--label", "team=a\nb"],
    ["--label", "team=a", "--label", "team=b"],
    ["--since", "2026-02-30"],
    ["--since", "../2026-01-01"],
    ["--label", "a/b=c"],
    ["--since", "yesteryear"],
    ["--paths", "some"],
  ]) {
    const answer = aoCodex(["export", directory, "--codex-home", sampleHome, ...wrong]);
    assert.equal(answer.status, 2, wrong.join(" "));
    assert.match(answer.stderr, /^error: /);
  }
  assert.deepEqual(readdirSync(directory), []);
});

test("a directory that cannot be written is an error, and nothing is lost", (t) => {
  const directory = temporary(t);
  const answer = aoCodex([
    "export",
    join("/dev/null", "x"),
    "--host",
    "a",
    "--codex-home",
    sampleHome,
  ]);
  assert.equal(answer.status, 1);
  assert.match(answer.stderr, /cannot write export/);
  chmodSync(directory, 0o700);
  assert.ok(existsSync(directory));
});
