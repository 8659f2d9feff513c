/** Rollouts with lines that Codex did not write, or did not finish: counted, and nothing beside them is lost. */
import assert from "node:assert/strict";
import { appendFileSync, statSync } from "node:fs";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { NOTHING, thread, usage } from "../support/expected.mjs";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import {
  AT,
  event,
  lines,
  message,
  opening,
  record,
  sessionMeta,
  taskComplete,
  taskStarted,
  threadId,
  tokenCount,
} from "../support/records.mjs";

const ID = threadId(1);
const FIRST = [1000, 200, 100, 40];
const SECOND = [3000, 1200, 400, 40];
const OPENING = [...opening(ID), tokenCount(FIRST)];
const COUNT = tokenCount(SECOND, [2000, 1000, 300, 0]);

/** The answer for a rollout of these bytes, which must be the same for the home, the thread and the file. */
async function read(t, ...parts) {
  const folder = temporaryFolder(t);
  const path = writeFile(
    folder,
    activePath(ID),
    Buffer.concat(parts.map((part) => Buffer.from(part))),
  );
  const options = { codexHome: folder };
  const home = await native.homeUsage(options);
  const one = await native.rolloutUsage(path);
  assert.deepEqual([home.threads, home.skipped], [[one], []]);
  assert.deepEqual((await native.threadUsage(ID, options)).thread, one);
  return { path, one };
}

const expected = (path, billed, more) =>
  thread(ID, path, usage(billed), { turn: "running", ...more });

test("the last record counts without a newline behind it", async (t) => {
  const { path, one } = await read(t, lines(...OPENING), COUNT);
  assert.deepEqual(one, expected(path, SECOND));
});

test("half a record at the end is not there yet: it is no skipped record, and counts once it is whole", async (t) => {
  const text = lines(...OPENING);
  for (const cut of [1, 2, 40, COUNT.length - 1]) {
    const { path, one } = await read(t, text, COUNT.slice(0, cut));
    assert.deepEqual(one, expected(path, FIRST));
    appendFileSync(path, `${COUNT.slice(cut)}\n`);
    const whole = await native.rolloutUsage(path);
    assert.deepEqual(
      { usage: whole.usage, skipped: whole.skippedRecords, size: whole.sizeBytes },
      { usage: usage(SECOND), skipped: 0, size: statSync(path).size },
    );
  }
});

test("a record that a crash tore and a resume left in the middle is skipped and counted", async (t) => {
  for (const torn of [COUNT.slice(0, 80), message("x").slice(0, 90), "{", '"', "}"]) {
    const { path, one } = await read(t, lines(...OPENING, torn, COUNT));
    assert.deepEqual(one, expected(path, SECOND, { skippedRecords: 1 }));
  }
});

test("a torn record at the very beginning loses the head and nothing else", async (t) => {
  const folder = temporaryFolder(t);
  const torn = sessionMeta(ID).slice(0, 30);
  const path = writeFile(folder, activePath(ID), lines(torn, ...OPENING.slice(1)));
  const options = { codexHome: folder };
  const { threads } = await native.homeUsage(options);
  const headless = { workspacePath: null, createdAtMs: null, cliVersion: null };
  assert.deepEqual(threads, [expected(path, FIRST, { ...headless, skippedRecords: 1 })]);
  assert.deepEqual(await native.listThreads(options), {
    ...options,
    threads: [],
    skipped: [{ path, reason: "no session_meta at its beginning" }],
  });
  const family = await native.threadUsage(ID, options);
  assert.deepEqual([family.thread, family.skipped], [threads[0], []]);
});

const BROKEN = {
  "bytes that are no UTF-8": Buffer.from([0xff, 0xfe, 0x80]),
  "a count with a broken letter in it": Buffer.concat([
    Buffer.from(event({ type: "token_count", info: null, note: "" }).slice(0, -3)),
    Buffer.from([0xc3, 0x28]),
    Buffer.from('"}}'),
  ]),
  "NUL bytes, as a crash of the system leaves": Buffer.alloc(4096),
  "NUL bytes before a record": Buffer.concat([Buffer.alloc(512), Buffer.from(COUNT)]),
  "an array": Buffer.from('["event_msg",1]'),
  "an empty array": Buffer.from("[]"),
  "an array of a record's fields": Buffer.from(`["${AT}",null,"event_msg",{"type":"token_count"}]`),
  "a number": Buffer.from("42"),
  "a text": Buffer.from('"token_count"'),
  true: Buffer.from("true"),
  null: Buffer.from("null"),
  "two records on one line": Buffer.from(`${taskStarted()}${taskStarted()}`),
  "a word": Buffer.from("panic: out of memory"),
  "brackets 100,000 deep": Buffer.from(`{"payload":${"[".repeat(100_000)}`),
};

for (const [what, bytes] of Object.entries(BROKEN)) {
  test(`a line of ${what} is skipped and counted`, async (t) => {
    const { path, one } = await read(t, lines(...OPENING), bytes, "\n", lines(COUNT));
    assert.deepEqual(one, expected(path, SECOND, { skippedRecords: 1 }));
  });

  test(`a line of ${what} at the end does not hide the last record`, async (t) => {
    const { path } = await read(t, lines(...OPENING), bytes, "\n");
    const { turn, turnId } = await native.readActivity(path);
    assert.deepEqual({ turn, turnId }, { turn: "running", turnId: "turn-1" });
  });
}

test("empty lines, spaces and the line ends of Windows are no damage", async (t) => {
  const { path, one } = await read(t, `\n\r\n  \n${[...OPENING, COUNT].join(" \r\n\n")}\r\n`);
  assert.deepEqual(one, expected(path, SECOND));
});

test("a record spelled with spaces, or its fields in another order, counts", async (t) => {
  const spaced = COUNT.replaceAll(":{", " : { ").replaceAll(",", " , ");
  const { timestamp, type, payload } = JSON.parse(COUNT);
  const turned = JSON.stringify({ payload, type, timestamp });
  for (const spelled of [spaced, turned, COUNT.replace("event_msg", "event\\u005fmsg")]) {
    const { path, one } = await read(t, lines(...OPENING, spelled));
    assert.deepEqual(one, expected(path, SECOND));
  }
});

const NO_COUNTS = {
  "a number as a text": '"1"',
  "a negative number": "-1",
  "a fraction": "1.5",
  "a whole number with a fraction": "1.0",
  "a number in scientific notation": "1e3",
  "a number above 2^53": "9007199254740993",
  "a number above 2^64": "18446744073709551616",
  "an endless number": "9".repeat(400),
  "not a number": "NaN",
  "a boolean": "true",
  "an array": "[1]",
  "an object": "{}",
};
const FIELDS = ["input_tokens", "cached_input_tokens", "output_tokens", "total_tokens"];

for (const [what, number] of Object.entries(NO_COUNTS)) {
  test(`${what} is no count of tokens: the record is skipped, counted, and made up for by the next`, async (t) => {
    for (const field of FIELDS) {
      const broken = COUNT.replace(new RegExp(`"${field}":\\d+`), `"${field}":${number}`);
      const alone = await read(t, lines(...OPENING, broken));
      assert.deepEqual(alone.one, expected(alone.path, FIRST, { skippedRecords: 1 }));
      const followed = await read(t, lines(...OPENING, broken, COUNT));
      assert.deepEqual(followed.one, expected(followed.path, SECOND, { skippedRecords: 1 }));
    }
  });

  test(`${what} in a usage record is skipped and counted`, async (t) => {
    const usageRecord = (count) =>
      `{"timestamp":"${AT}","type":"token_usage_record","payload":{"thread_id":"${ID}","turn_id":"turn-1","response_id":"r-${count}","usage":{"input_tokens":${count},"output_tokens":5,"total_tokens":15}}}`;
    const { path, one } = await read(
      t,
      lines(...opening(ID), usageRecord(number), usageRecord(10)),
    );
    assert.deepEqual(one, expected(path, [10, 0, 5, 0], { skippedRecords: 1 }));
  });
}

test("2^53 itself is a count", async (t) => {
  const { one } = await read(t, lines(...OPENING.slice(0, -1), tokenCount([2 ** 53, 0, 0, 0])));
  assert.deepEqual([one.usage.inputTokens, one.skippedRecords], [2 ** 53, 0]);
});

const ODD_INFO = ["5", '"x"', "[]", "[{}]", '{"total_token_usage":[1,2,3,4,5,6]}', "true"];

for (const info of ODD_INFO) {
  test(`a token_count whose info is ${info} is skipped and counted`, async (t) => {
    const odd = COUNT.replace(/"info":.*,"rate_limits"/, `"info":${info},"rate_limits"`);
    const { path, one } = await read(t, lines(...OPENING, odd, COUNT));
    assert.deepEqual(one, expected(path, SECOND, { skippedRecords: 1 }));
  });
}

test("records of kinds that nobody knows are no damage", async (t) => {
  const unknown = [
    record(AT, "hologram", {
      type: "token_count",
      info: { total_token_usage: { input_tokens: 9 } },
    }),
    event({ type: "telepathy", tokens: -1 }),
    record(AT, "event_msg", null),
    "{}",
    '{"type":7,"payload":{}}',
  ];
  const { path, one } = await read(t, lines(...OPENING, ...unknown, COUNT));
  assert.deepEqual(one, expected(path, SECOND));
});

test("a rollout of nothing but damage is a thread without usage", async (t) => {
  const { path, one } = await read(t, "{\n[\n\u0000\n");
  const headless = { workspacePath: null, createdAtMs: null, cliVersion: null, turnId: null };
  const nothing = { ...headless, model: null, turn: "none", lastRecordAtMs: null };
  assert.deepEqual(one, { ...thread(ID, path, NOTHING, nothing), skippedRecords: 3 });
});

test("a time that is none belongs to no time, and counts all the same", async (t) => {
  const { one } = await read(
    t,
    lines(...OPENING, COUNT.replace(AT, "yesterday"), taskComplete("turn-1", "2026-13-45T99:00Z")),
  );
  assert.deepEqual([one.usage, one.lastRecordAtMs], [usage(SECOND), Date.parse(AT)]);
});

test("the command says how much was damaged", async (t) => {
  const folder = temporaryFolder(t);
  writeFile(folder, activePath(ID), lines(...OPENING, COUNT.slice(0, 80), "[1]", COUNT));
  const table = await aoCodex(["usage", "--codex-home", folder]);
  assert.equal(table.code, 0);
  assert.match(table.stdout + table.stderr, /Left out: 2 damaged records in 1 rollout\./);
  const { stdout } = await aoCodex(["usage", "--json", "--codex-home", folder]);
  assert.equal(JSON.parse(stdout).threads[0].skippedRecords, 2);
});
