/** What an export costs beside the bill, and reading exports beside DuckDB. */
import { strictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/prepare.mjs";
import { inTurns, median, ratio } from "./lib/rounds.mjs";
import { call, callKeeping } from "./lib/tools.mjs";

const MB = 2 ** 20;
const DAY_MS = 86_400_000;
/** The rows are of so many days, as those of a team are. */
const DAYS = 30;
const BEGAN_MS = Date.UTC(2026, 9, 1);

/** The first export of a home beside its first bill, and the second beside a warm bill. */
export async function exportHome({ home, size, rounds, scratch }) {
  const taken = await inTurns(rounds, {
    bill: () => call("usage", home),
    first: () => within(scratch, (directory) => call("export", home, directory)),
    idle: () => call("idle", 200),
  });
  const again = await within(scratch, (directory) =>
    callKeeping(async (keeping) => {
      keeping("usage", home);
      keeping("export", home, directory);
      return inTurns(rounds, {
        bill: () => keeping("usage", home),
        again: () => keeping("export", home, directory),
      });
    }),
  );
  return [
    {
      work: `first export of ${size}, CPU`,
      floor: "its first bill",
      measured: ratio(taken, "first", "bill"),
      target: { most: 1.2 },
      unit: "×",
    },
    {
      work: `first export of ${size}, peak memory`,
      floor: "an idle Node",
      measured: median(taken, ({ first, idle }) => (first.maxRss - idle.maxRss) / MB),
      target: { most: 48 },
      unit: "MB more",
    },
    {
      work: `second export of ${size}, nothing changed, CPU`,
      floor: "a warm bill",
      measured: ratio(again, "again", "bill"),
      target: { most: 1.2 },
      unit: "×",
    },
  ];
}

/** Many responses in small records: what it costs to write their rows, and to read them. */
export async function exportRows({ responses, threads, rounds, scratch }) {
  const size = `${responses.toLocaleString("en")} rows`;
  return within(scratch, async (folder) => {
    const [home, directory] = [join(folder, "home"), join(folder, "exports")];
    writeHome(home, responses, threads);
    const written = await inTurns(Math.min(rounds, 3), {
      first: () => within(folder, (each) => counted(call("export", home, each), responses)),
      idle: () => call("idle", 200),
    });
    call("export", home, directory);
    const read = await inTurns(Math.min(rounds, 3), {
      ours: () => call("from", directory),
      duckdb: () => duckdb(directory),
      idle: () => call("idle", 200),
    });
    for (const { ours, duckdb: theirs } of read)
      strictEqual(ours.totals.inputTokens, theirs.inputTokens);
    return [
      {
        work: `export of ${size}, wall time`,
        floor: "a second",
        measured: median(written, ({ first }) => responses / first.wall),
        target: { least: 150 },
        unit: "thousand rows",
      },
      {
        work: `(export of ${size}, CPU)`,
        floor: "a second",
        measured: median(written, ({ first }) => responses / first.cpu),
        unit: "thousand rows",
      },
      {
        work: `export of ${size}, peak memory`,
        floor: "an idle Node",
        measured: median(written, ({ first, idle }) => (first.maxRss - idle.maxRss) / MB),
        target: { most: 48 },
        unit: "MB more",
      },
      {
        work: `\`usage --from\` of ${size}, wall time`,
        floor: "DuckDB's query on the same files",
        measured: median(read, ({ ours, duckdb: theirs }) => ours.wall / theirs.wall),
        target: { most: 2 },
        unit: "×",
      },
      {
        work: `\`usage --from\` of ${size}, peak memory`,
        floor: "an idle Node",
        measured: median(read, ({ ours, idle }) => (ours.maxRss - idle.maxRss) / MB),
        target: { most: 96 },
        unit: "MB more",
      },
    ];
  });
}

function counted(run, responses) {
  strictEqual(run.responses, responses);
  return run;
}

/** Rollouts of nothing but token records, spread over a month. */
function writeHome(home, responses, threads) {
  const each = responses / threads;
  const stepMs = Math.floor((DAYS * DAY_MS) / responses);
  for (let thread = 0; thread < threads; thread += 1) {
    const began = BEGAN_MS + thread * each * stepMs;
    const at = (step) => new Date(began + step * stepMs).toISOString();
    const line = (step, type, payload) =>
      `${JSON.stringify({ timestamp: at(step), type, payload })}\n`;
    const number = thread.toString(16).padStart(12, "0");
    const id = `0199a000-0000-7000-8000-${number}`;
    const git = { repository_url: `https://github.com/acme/shop-${thread % 20}.git` };
    const meta = { id, timestamp: at(0), cwd: `/home/dev/tree-${thread % 200}`, git };
    const context = { cwd: `/home/dev/tree-${thread % 200}`, model: `gpt-5.${thread % 3}` };
    const lines = [line(0, "session_meta", meta), line(0, "turn_context", context)];
    for (let step = 1; step <= each; step += 1) {
      const info = {
        total_token_usage: counts(step * 12_000, step * 9_000, step * 400),
        last_token_usage: counts(12_000, 9_000, 400),
      };
      lines.push(line(step - 1, "event_msg", { type: "token_count", info }));
    }
    const day = join(home, "sessions", ...at(0).slice(0, 10).split("-"));
    mkdirSync(day, { recursive: true });
    const name = `rollout-${at(0).slice(0, 19).replaceAll(":", "-")}-${id}.jsonl`;
    writeFileSync(join(day, name), lines.join(""));
  }
}

function counts(input, cached, output) {
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: output,
    reasoning_output_tokens: 0,
    total_tokens: input + output,
  };
}

/** The sum by day and model in an engine of its own process, as our call is. */
function duckdb(directory) {
  const script = join(root, "benches", "lib", "duckdb.mjs");
  return JSON.parse(execFileSync(process.execPath, [script, directory], { encoding: "utf8" }));
}

async function within(scratch, work) {
  const folder = mkdtempSync(join(scratch, "export-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
