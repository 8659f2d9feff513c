/** Homes and lines of sizes that no user has on purpose: their cost is that of reading them, and no more. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as native from "@ao/plugin-codex/native";
import { run } from "../support/command.mjs";
import { usage } from "../support/expected.mjs";
import {
  activePath,
  archivedPath,
  rolloutName,
  temporaryFolder,
  writeFile,
} from "../support/home.mjs";
import { cpuMsOf, measure } from "../support/measure.mjs";
import {
  AT,
  counts,
  lines,
  message,
  opening,
  record,
  threadId,
  tokenCount,
  turnContext,
} from "../support/records.mjs";

/** Folders of a whole group of tests. */
function groupFolder() {
  const ends = [];
  after(async () => {
    for (const end of ends) await end();
  });
  return { after: (end) => ends.push(end) };
}

describe("100,000 rollouts", () => {
  const FILES = 100_000;
  const EACH_DAY = 1_000;
  /** More names than this one file cannot have everywhere. */
  const LINKS = 20_000;
  const group = groupFolder();
  let options;

  before(() => {
    const folder = temporaryFolder(group);
    options = { codexHome: folder };
    // The rollouts are links to a few files; without an id in them each is the thread that its name says.
    const text = lines(
      record(AT, "session_meta", { timestamp: AT, cwd: "/home/dev/shop", source: "exec" }),
      turnContext(),
      tokenCount([100, 0, 10, 0]),
    );
    let source;
    for (let at = 0; at < FILES; at += 1) {
      const day = join(folder, "sessions", "2026", "05", String(Math.floor(at / EACH_DAY)));
      if (at % EACH_DAY === 0) mkdirSync(day, { recursive: true });
      if (at % LINKS === 0) source = writeFile(folder, `source-${at}`, text);
      linkSync(source, join(day, rolloutName(threadId(at))));
    }
  });

  /** What any program has to do: walk, look at each file, and read its beginning. */
  function bareWalk() {
    const buffer = Buffer.alloc(4096);
    let files = 0;
    for (const entry of readdirSync(join(options.codexHome, "sessions"), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      const file = openSync(join(entry.parentPath, entry.name));
      fstatSync(file);
      readSync(file, buffer, 0, buffer.length, 0);
      closeSync(file);
      files += 1;
    }
    assert.equal(files, FILES);
  }

  test("are counted to the last, and searched, in the time of a few walks, or left at once", async (t) => {
    const walk = cpuMsOf(bareWalk);
    const found = await measure("findRollout", ["/home/dev/nowhere", options]);
    assert.equal(found.answer, null);
    const home = await measure("homeUsage", [options], "totals", "skipped");
    const [totals, skipped] = home.answer;
    assert.deepEqual(
      [totals.inputTokens, totals.outputTokens, skipped],
      [FILES * 100, FILES * 10, []],
    );
    const of = ({ cpuMs, grownMb }) => `${cpuMs} ms, ${grownMb} MB, a walk ${walk} ms`;
    t.diagnostic(`search: ${of(found)}`);
    t.diagnostic(`bill: ${of(home)}`);
    assert.ok(found.cpuMs < walk * 4, of(found));
    assert.ok(found.grownMb < 96, of(found));
    // 100,000 answers are objects of JavaScript in the end.
    assert.ok(home.cpuMs < walk * 12, of(home));
    assert.ok(home.grownMb < 900, of(home));

    const controller = new AbortController();
    const scan = native.homeUsage(options, controller.signal);
    const started = performance.now();
    setTimeout(() => controller.abort(), 10);
    await assert.rejects(scan, { code: "Cancelled" });
    const cut = performance.now() - started;
    assert.ok(cut < home.wallMs / 2, `${cut} ms of ${home.wallMs} ms`);
  });
});

describe("a home of empty days and of an archive", () => {
  const DAYS = 30_000;
  const ARCHIVED = 10_000;
  const POLLER = fileURLToPath(new URL("programs/poll-a-home.mjs", import.meta.url));
  /** In a namespace of its own a process may be given fewer watches than there are days. */
  const LIMIT = 'echo 2000 >/proc/sys/user/max_inotify_watches && exec "$@"';
  const LIMITED = ["unshare", "--user", "--map-root-user", "sh", "-c", LIMIT, "sh"];
  const isPermitted = ([program, ...words]) => spawnSync(program, [...words, "true"]).status === 0;
  const group = groupFolder();
  let home;
  let active;

  before(() => {
    home = temporaryFolder(group);
    for (let at = 0; at < DAYS; at += 1) {
      const [year, month, day] = [
        1000 + Math.floor(at / 10_000),
        Math.floor(at / 100) % 100,
        at % 100,
      ];
      const parent = join(home, "sessions", String(year), String(month));
      if (day === 0) mkdirSync(parent, { recursive: true });
      mkdirSync(join(parent, String(day)));
    }
    const source = writeFile(home, "source", lines(...opening(threadId(1))));
    mkdirSync(join(home, "archived_sessions"));
    // Copies: a file with other names is asked for by itself each time.
    for (let at = 1; at <= ARCHIVED; at += 1)
      copyFileSync(source, join(home, archivedPath(threadId(at))));
    active = writeFile(
      home,
      activePath(threadId(ARCHIVED + 1)),
      lines(...opening(threadId(ARCHIVED + 1))),
    );
  });

  const poll = async (within = []) => {
    const words = [...within, process.execPath, POLLER, home, active, `${message("x")}\n`];
    const { code, stderr, stdout } = await run(words[0], words.slice(1));
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  test("costs a poll a small part of a walk, whether or not the system lets so many be watched", async (t) => {
    const walk = cpuMsOf(() => {
      const found = readdirSync(home, { recursive: true });
      assert.ok(found.length > DAYS + ARCHIVED);
    });
    const { firstMs, laterMs, seen } = await poll();
    t.diagnostic(`first ${firstMs} ms, later ${laterMs} ms, a walk ${walk} ms`);
    assert.equal(seen, 7, "every poll saw what was appended");
    assert.ok(firstMs < walk * 4, `${firstMs} ms, a walk ${walk} ms`);
    assert.ok(laterMs < walk / 2, `${laterMs} ms, a walk ${walk} ms`);
  });

  test("costs a later poll what was appended where the system lets only a part of it be watched", async (t) => {
    const limited = isPermitted(LIMITED) ? LIMITED : [];
    const walk = cpuMsOf(() => readdirSync(home, { recursive: true }));
    const { laterMs, seen } = await poll(limited);
    t.diagnostic(`later ${laterMs} ms, a walk ${walk} ms, ${limited[0] ?? "no limit"}`);
    assert.equal(seen, 7, "every poll saw what was appended");
    assert.ok(laterMs < walk / 10, `${laterMs} ms, a walk ${walk} ms`);
  });
});

describe("a line of 100 MB", () => {
  const MB = 2 ** 20;
  const ID = threadId(1);
  const OPENING = lines(...opening(ID), tokenCount([100, 0, 10, 0]));
  const LAST = lines(tokenCount([300, 0, 30, 0], [200, 0, 20, 0]));
  const group = groupFolder();

  /** A home whose one rollout has a line of that length, with this beginning and end. */
  function homeWithLine(beginning, filler, end) {
    const folder = temporaryFolder(group);
    const path = writeFile(folder, activePath(ID), OPENING + beginning);
    const file = openSync(path, "a");
    const chunk = filler.repeat(MB);
    for (let mb = 0; mb < 100; mb += 1) writeSync(file, chunk);
    writeSync(file, end + LAST);
    closeSync(file);
    return { path, options: { codexHome: folder } };
  }

  const [MESSAGE_BEGINS, MESSAGE_ENDS] = message("…").split("…");
  const [COUNT_BEGINS, COUNT_ENDS] = tokenCount([200, 0, 20, 0])
    .replace('"rate_limits":null', '"rate_limits":"…"')
    .split("…");

  const LINES = {
    "that carries nothing": [MESSAGE_BEGINS, "x", `${MESSAGE_ENDS}\n`, 0, 24],
    "that carries nothing and was torn": [MESSAGE_BEGINS, "x", "\n", 1, 24],
    "in which a record hides": [COUNT_BEGINS, "x", `${COUNT_ENDS}\n`, 1, 64],
    "of NUL bytes": ["", "\0", "\n", 1, 64],
    "of brackets": ["", "[", "\n", 1, 64],
  };

  for (const [what, [beginning, filler, end, skippedRecords, mostMb]] of Object.entries(LINES)) {
    test(`${what} is passed in the time of reading it, and not kept`, async (t) => {
      const { path, options } = homeWithLine(beginning, filler, end);
      const reading = cpuMsOf(() => readWhole(path));
      const { cpuMs, grownMb, answer } = await measure("homeUsage", [options], "threads");
      t.diagnostic(`${cpuMs} ms, reading ${reading} ms, ${grownMb} MB`);
      const [[one]] = answer;
      assert.deepEqual([one.usage, one.skippedRecords], [usage([300, 0, 30, 0]), skippedRecords]);
      assert.ok(grownMb < mostMb, `${grownMb} MB`);
      assert.ok(cpuMs < 250 + reading * 10, `${cpuMs} ms, reading it ${reading} ms`);
    });
  }

  test("at the end that is not finished yet is waited for, in little memory", async () => {
    const folder = temporaryFolder(group);
    const path = writeFile(folder, activePath(ID), OPENING + MESSAGE_BEGINS);
    const file = openSync(path, "a");
    for (let mb = 0; mb < 100; mb += 1) writeSync(file, "x".repeat(MB));
    closeSync(file);
    const home = await measure("homeUsage", [{ codexHome: folder }], "threads");
    assert.deepEqual(
      [home.answer[0][0].usage, home.answer[0][0].skippedRecords],
      [usage([100, 0, 10, 0]), 0],
    );
    assert.ok(home.grownMb < 24, `${home.grownMb} MB`);
    const { grownMb } = await measure("readActivity", [path]);
    assert.ok(grownMb < 64, `${grownMb} MB`);
  });
});

describe("one rollout", () => {
  const ID = threadId(1);
  const group = groupFolder();

  /** A home whose one rollout opens a thread and goes on with `count` times what `next` gives, in lines. */
  function homeOf(count, next, first = opening(ID)) {
    const folder = temporaryFolder(group);
    const path = writeFile(folder, activePath(ID), lines(...first));
    const file = openSync(path, "a");
    for (let at = 0; at < count; at += EACH_WRITE) {
      const numbers = Array.from({ length: Math.min(EACH_WRITE, count - at) }, (_, n) => at + n);
      writeSync(file, lines(...numbers.flatMap(next)));
    }
    closeSync(file);
    return { path, options: { codexHome: folder, by: "model" } };
  }

  const EACH_WRITE = 10_000;
  const DAY_MS = 86_400_000;
  const counted = (at, time) => tokenCount([10 * (at + 1), 0, 0, 0], [10, 0, 0, 0], time);
  const inTurn = (at, facts) => [turnContext({ turn_id: `turn-${at}`, ...facts }), counted(at)];
  const used = (at, turn_id) =>
    record(AT, "token_usage_record", {
      thread_id: ID,
      turn_id,
      response_id: `resp_${at}`,
      usage: counts([10, 0, 0, 0]),
    });

  /** How many, what each is, and what the bill is grouped by. */
  const MANY = {
    models: [20_000, (at) => inTurn(at, { model: `gpt-6.${at % 50}-m${at}` }), "model"],
    directories: [100_000, (at) => inTurn(at, { cwd: `/home/dev/d${at}` }), "workspace"],
    days: [
      100_000,
      (at) => counted(at, new Date(Date.UTC(1800, 0) + at * DAY_MS).toISOString()),
      "day",
    ],
    "responses that wait for their turns": [100_000, (at) => used(at, `turn-${at}`), "model"],
    responses: [500_000, (at) => used(at, "turn-1"), "model"],
  };

  for (const [what, [count, next, by]] of Object.entries(MANY)) {
    test(`of ${count} ${what} is billed in the time of a quarter of them, four times`, async (t) => {
      const bill = async (number) => {
        const { options } = homeOf(number, next);
        return measure("homeUsage", [{ ...options, by }], "totals", "groups");
      };
      const [quarter, whole] = [await bill(count / 4), await bill(count)];
      const of = ({ cpuMs, grownMb }) => `${Math.round(cpuMs)} ms, ${Math.round(grownMb)} MB`;
      t.diagnostic(`a quarter ${of(quarter)}, all ${of(whole)}`);
      const [totals, groups] = whole.answer;
      assert.equal(totals.totalTokens, 10 * count);
      assert.equal(
        groups.reduce((sum, { usage: { totalTokens } }) => sum + totalTokens, 0),
        10 * count,
      );
      // Four times as much takes four times as long; were each compared with each, sixteen times.
      assert.ok(whole.cpuMs < quarter.cpuMs * 8 + 250, `${of(quarter)}; ${of(whole)}`);
      assert.ok(whole.grownMb < quarter.grownMb * 8 + 64, `${of(quarter)}; ${of(whole)}`);
    });
  }

  test("that ends in six million empty records is read in little memory", async (t) => {
    const { path, options } = homeOf(6_000_000, () => "{}", [...opening(ID), counted(0)]);
    const reading = cpuMsOf(() => readWhole(path));
    for (const [name, args, mostMb] of [
      ["homeUsage", [options], 32],
      ["readActivity", [path], 96],
      ["findRollout", ["/home/dev/shop", options], 32],
    ]) {
      const { cpuMs, grownMb } = await measure(name, args);
      t.diagnostic(`${name}: ${cpuMs} ms, reading ${reading} ms, ${grownMb} MB`);
      assert.ok(grownMb < mostMb, `${name}: ${grownMb} MB`);
    }
    const { turn } = await native.readActivity(path);
    assert.equal(turn, "none");
  });
});

function readWhole(path) {
  const buffer = Buffer.alloc(256 * 1024);
  const file = openSync(path);
  while (readSync(file, buffer) > 0);
  closeSync(file);
}
