/** `node duckdb.mjs DIR`: the same question of the same files in DuckDB, and how long it took, as JSON. */
import { performance } from "node:perf_hooks";
import { DuckDBInstance } from "@duckdb/node-api";

const [directory] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();
const began = performance.now();
const reader = await connection.runAndReadAll(`
  SELECT day, model, count(DISTINCT threadId) AS threads, sum(inputTokens)::DOUBLE AS inputTokens,
    sum(cachedInputTokens)::DOUBLE AS cachedInputTokens, sum(outputTokens)::DOUBLE AS outputTokens
  FROM (SELECT DISTINCT ON (id) * FROM read_json('${directory}/day=*/host=*/responses.ndjson.gz',
    hive_partitioning = true, union_by_name = true))
  GROUP BY day, model`);
const wall = performance.now() - began;
const rows = reader.getRowObjects();
const inputTokens = rows.reduce((sum, row) => sum + row.inputTokens, 0);
process.stdout.write(JSON.stringify({ wall, cpu: wall, blocksRead: 0, inputTokens }));
connection.closeSync();
