/** Homes that people's reports led to, and what each is billed. Every one of them is in `cases/`. */
import assert from "node:assert/strict";
import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { temporaryFolder, writeFile, activePath } from "../support/home.mjs";
import { event, lines, opening, sessionMeta, threadId } from "../support/records.mjs";

const CASES = join(import.meta.dirname, "cases");
const SAMPLE = join(import.meta.dirname, "..", "..", "samples", "codex-home");

const homeOf = (name) => join(CASES, name, "codex-home");

/** `{ threads, inputTokens, outputTokens }` of each home. */
const BILLED = {
  "context-window-full": [1, 59_000, 1500],
  crlf: [1, 22_000, 900],
  "dst-newyork": [1, 1_111_000, 0],
  "dst-santiago": [1, 1_111_000, 0],
  "model-names": [27, 27_000_000, 0],
  "non-object-rows": [1, 10_000, 500],
  "nul-block": [1, 22_000, 900],
  "offset-timestamps": [1, 10_000, 500],
  "resume-guardian": [5, 50_000, 2500],
  "resume-nested-exec": [2, 20_000, 1000],
  "service-tier-priority": [1, 200_000, 0],
  "session-id-of-parent": [2, 11_000, 550],
  "subagent-a-subagent-no-meta-no-forkid": [2, 135_003, 2003],
  "subagent-b-forkid-no-meta": [2, 135_003, 2003],
  "sync-copies": [1, 22_000, 900],
  "torn-utf8": [1, 22_000, 900],
  "two-writers": [1, 190_012, 6112],
  u2028: [1, 10_000, 500],
  "utf8-bom": [1, 22_000, 900],
  "windows-cwd": [5, 50_000, 2500],
  "zero-byte-copy": [1, 22_000, 900],
};

for (const [name, [threads, inputTokens, outputTokens]] of Object.entries(BILLED)) {
  test(`${name}: every response counts once, and nothing else does`, async () => {
    const { threads: found, totals } = await native.homeUsage({ codexHome: homeOf(name) });
    assert.deepEqual(
      [found.length, totals.inputTokens, totals.outputTokens, totals.totalTokens],
      [threads, inputTokens, outputTokens, inputTokens + outputTokens],
    );
  });
}

test("resume: a thread in which a person talks comes first, and one of Codex's own never", async () => {
  for (const name of ["resume-guardian", "resume-nested-exec"]) {
    const found = await native.findRollout("/home/dev/shop", { codexHome: homeOf(name) });
    assert.equal(found.threadId, "019f6500-0010-7000-8000-000000000001", name);
  }
});

test("resume: among equals the newest record decides, and the file's time only between equal ones", async (t) => {
  const codexHome = temporaryFolder(t);
  const at = (id, time) => lines(sessionMeta(id, { cwd: "/home/dev/x", at: time }));
  const [old, recent] = [threadId(1), threadId(2)];
  const paths = [
    writeFile(codexHome, activePath(old), at(old, "2026-03-01T10:00:00.000Z")),
    writeFile(codexHome, activePath(recent), at(recent, "2026-03-01T10:00:01.000Z")),
  ];
  const find = async () => (await native.findRollout("/home/dev/x", { codexHome })).threadId;
  utimesSync(paths[0], 2_000_000_000, 2_000_000_000);
  utimesSync(paths[1], 0, 0);
  assert.equal(await find(), recent);
  const { threads } = await native.listThreads({ codexHome });
  assert.deepEqual(
    threads.map((one) => [one.threadId, one.updatedAtMs]),
    [
      [recent, Date.parse("2026-03-01T10:00:01.000Z")],
      [old, Date.parse("2026-03-01T10:00:00.000Z")],
    ],
  );
  writeFileSync(paths[1], at(recent, "2026-03-01T10:00:00.000Z"));
  utimesSync(paths[1], 0, 0);
  assert.equal(await find(), old);
});

test("resume: a file that claims another thread's id never stands for that thread's own", async (t) => {
  const codexHome = temporaryFolder(t);
  const id = threadId(1);
  const meta = (at) => lines(sessionMeta(id, { cwd: "/home/dev/x", at }));
  const own = writeFile(codexHome, activePath(id), meta("2026-03-01T10:00:00.000Z"));
  const forged = writeFile(codexHome, activePath(threadId(2)), meta("2026-03-02T10:00:00.000Z"));
  const found = await native.findRollout("/home/dev/x", { codexHome });
  const { threads, skipped } = await native.homeUsage({ codexHome });
  assert.deepEqual(
    [found.rolloutPath, threads.map((one) => one.rolloutPath), skipped.map((one) => one.path)],
    [own, [own], [forged]],
  );
});

test("resume: a workspace is known behind whatever holds nothing", async (t) => {
  const whole = lines(...opening(threadId(1)));
  const zeros = "\0".repeat(5000);
  for (const nothing of [
    "\n",
    "\r\n\r\n",
    "\ufeff",
    "\ufeff\n",
    zeros,
    `${zeros}\n`,
    `\ufeff${zeros}`,
  ]) {
    const codexHome = temporaryFolder(t);
    writeFile(codexHome, activePath(threadId(1)), nothing + whole);
    const found = await native.findRollout("/home/dev/shop", { codexHome });
    assert.equal(found?.threadId, threadId(1), JSON.stringify(nothing.slice(0, 9)));
  }
});

test("service-tier-priority: a response costs what its tier costs", async () => {
  const codexHome = homeOf("service-tier-priority");
  const { totals, groups } = await native.homeUsage({ codexHome, by: "tier" });
  assert.deepEqual(
    [totals.estimatedCostUsd, groups.map(({ key, usage }) => [key, usage.inputTokens])],
    [1, [["priority", 200_000]]],
  );
});

test("model-names: what holds a price of another model is marked in every grouping", async () => {
  const codexHome = homeOf("model-names");
  const marked = { model: 12, thread: 12, day: 1, workspace: 1, tier: 1 };
  for (const [by, expected] of Object.entries(marked)) {
    const { groups } = await native.homeUsage({ codexHome, by });
    assert.equal(groups.filter(({ isEstimate }) => isEstimate).length, expected, by);
  }
});

test("the total is the input and the output, in every sum of every home", async (t) => {
  const homes = [SAMPLE, ...readdirSync(CASES).map(homeOf), ...randomHomes(t, 40)];
  for (const codexHome of homes) {
    for (const by of ["model", "day", "workspace", "thread", "tier"]) {
      const { threads, totals, groups } = await native.homeUsage({ codexHome, by });
      const sums = [totals, ...groups.map(({ usage }) => usage)];
      for (const { usage, models } of threads) sums.push(usage, ...Object.values(models));
      for (const { inputTokens, outputTokens, totalTokens } of sums) {
        assert.equal(totalTokens, inputTokens + outputTokens, codexHome);
      }
    }
  }
});

/** Threads whose counters tell of responses, repeats, restarts and estimates in any order. */
function randomHomes(t, count) {
  const random = seeded(count);
  const pick = (limit) => Math.floor(random() * limit);
  const usage = (input, output, total = input + output) => ({
    input_tokens: input,
    cached_input_tokens: pick(input + 1),
    output_tokens: output,
    reasoning_output_tokens: pick(output + 1),
    total_tokens: total,
  });
  return Array.from({ length: count }, (_, at) => {
    const home = temporaryFolder(t);
    const counts = Array.from({ length: 30 }, () => {
      const [last, total] = [usage(pick(9000), pick(700)), usage(pick(90_000), pick(7000))];
      const estimate = usage(0, 0, 258_400);
      const info = [
        { total_token_usage: total, last_token_usage: last },
        { total_token_usage: last, last_token_usage: last },
        { total_token_usage: total, last_token_usage: estimate },
        { total_token_usage: estimate, last_token_usage: estimate },
        null,
      ][pick(5)];
      return event({ type: "token_count", info });
    });
    writeFile(home, activePath(threadId(at + 1)), lines(...opening(threadId(at + 1)), ...counts));
    return home;
  });
}

/** Numbers from 0 to 1, the same ones in each run. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
