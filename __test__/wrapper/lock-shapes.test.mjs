/** What may lie where the lock of a session's metadata is to be. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { makeSandbox, SESSION } from "./sandbox.mjs";

const MINUTES_AGO = new Date(Date.now() - 5 * 60_000);

const HOUR_AHEAD = new Date(Date.now() + 60 * 60_000);
const YEAR_AHEAD = new Date(Date.now() + 365 * 24 * 60 * 60_000);
const gone = `ao-wrapper ${hostname()} 999999999\n`;

const SHAPES = {
  "a directory": (path) => mkdirSync(path),
  "a directory with something in it": (path) => mkdirSync(join(path, "x"), { recursive: true }),
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a link to nothing": (path) => symlinkSync("/nonexistent", path),
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a terabyte of nothing": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 40);
  },
};

/** Side by side: nearly all of them wait for a lock. */
describe("the lock of metadata", { concurrency: true }, () => {
  for (const [what, make] of Object.entries(SHAPES)) {
    test(`a lock that is ${what} delays a checkout for ten seconds at most and gives the update up`, async (t) => {
      const box = await makeSandbox(t);
      make(`${box.metadataPath}.lock`);
      const env = { AO_WRAPPER_DEBUG: "1" };
      const answer = await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"], { env });
      assert.equal(answer.status, 0);
      assert.match(answer.stderr, /branch=topic noted for session app-1: status 1/);
      assert.equal(box.metadata().branch, undefined);
      assert.ok(existsSync(`${box.metadataPath}.lock`) || what.startsWith("a link"));
    });
  }

  for (const what of ["a directory", "a FIFO"]) {
    test(`a lock that is ${what} and old is taken out of the way`, async (t) => {
      const box = await makeSandbox(t);
      const lock = `${box.metadataPath}.lock`;
      SHAPES[what](lock);
      utimesSync(lock, MINUTES_AGO, MINUTES_AGO);
      await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
      assert.equal(box.metadata().branch, "topic");
      assert.equal(existsSync(lock), false);
    });
  }

  for (const [what, content, time] of [
    ["of the orchestrator, from an hour ahead", "", HOUR_AHEAD],
    [
      "of a process that lives, from an hour ahead",
      `ao-wrapper ${hostname()} ${process.pid}\n`,
      HOUR_AHEAD,
    ],
    ["of another host, from a year ahead", "ao-wrapper some-other-host 1\n", YEAR_AHEAD],
    ["of a process that is gone, from a year ahead", gone, YEAR_AHEAD],
  ])
    test(`a lock ${what}, is taken over: the clock was set back`, async (t) => {
      const box = await makeSandbox(t);
      const lock = `${box.metadataPath}.lock`;
      writeFileSync(lock, content);
      utimesSync(lock, time, time);
      const { stderr } = await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"], {
        env: { AO_WRAPPER_DEBUG: "1" },
      });
      assert.match(stderr, /branch=topic noted for session app-1: status 0/);
      assert.equal(box.metadata().branch, "topic");
      assert.deepEqual(readdirSync(box.data), [SESSION]);
    });

  for (const what of ["a directory", "a FIFO", "a link to nothing"])
    test(`a lock that is ${what} and from an hour ahead is taken out of the way`, async (t) => {
      const box = await makeSandbox(t);
      const lock = `${box.metadataPath}.lock`;
      SHAPES[what](lock);
      lutimesSync(lock, HOUR_AHEAD, HOUR_AHEAD);
      await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
      assert.equal(box.metadata().branch, "topic");
      assert.deepEqual(readdirSync(box.data), [SESSION]);
    });

  test("a lock and its takeover from a year ahead are both taken over", async (t) => {
    const box = await makeSandbox(t);
    const lock = `${box.metadataPath}.lock`;
    writeFileSync(lock, "");
    const breaker = `${lock}.break-${statSync(lock).ino}-1`;
    writeFileSync(breaker, "");
    for (const path of [lock, breaker]) utimesSync(path, YEAR_AHEAD, YEAR_AHEAD);
    await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
    assert.equal(box.metadata().branch, "topic");
    assert.equal(existsSync(lock), false);
  });

  test("a lock that is a minute old is stale, whoever its pid is now", async (t) => {
    const box = await makeSandbox(t);
    const lock = `${box.metadataPath}.lock`;
    writeFileSync(lock, `ao-wrapper ${hostname()} ${process.pid}\n`);
    utimesSync(lock, MINUTES_AGO, MINUTES_AGO);
    await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
    assert.equal(box.metadata().branch, "topic");
  });

  for (const [what, make] of Object.entries({
    ...SHAPES,
    "a file of nobody": (path) => writeFileSync(path, "?"),
  })) {
    test(`a stale lock beside a .break that is ${what} is broken all the same`, async (t) => {
      const box = await makeSandbox(t);
      const lock = `${box.metadataPath}.lock`;
      writeFileSync(lock, "");
      utimesSync(lock, MINUTES_AGO, MINUTES_AGO);
      make(`${lock}.break`);
      await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
      assert.equal(box.metadata().branch, "topic");
      assert.equal(existsSync(lock), false);
    });
  }

  test("what killed updates have left is taken away by the next one", async (t) => {
    const box = await makeSandbox(t);
    const left = [`.${SESSION}.ao-999999`, `${SESSION}.lock.break-1-1`, `${SESSION}.lock.break`];
    for (const name of left) {
      writeFileSync(join(box.data, name), "half");
      utimesSync(join(box.data, name), MINUTES_AGO, MINUTES_AGO);
    }
    writeFileSync(join(box.data, `.${SESSION}.ao-999998`), "somebody is writing this");
    await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
    assert.deepEqual(readdirSync(box.data).toSorted(), [`.${SESSION}.ao-999998`, SESSION]);
  });

  test("metadata of a terabyte is left alone, and no command waits for it", async (t) => {
    const box = await makeSandbox(t);
    truncateSync(box.metadataPath, 2 ** 40);
    const answer = await box.runBeside(box.git, ["checkout", "-q", "-b", "topic"]);
    assert.deepEqual([answer.status, answer.stderr], [0, ""]);
    assert.equal(statSync(box.metadataPath).size, 2 ** 40);
  });

  for (const shell of ["bash", "dash"])
    test(`links in place of the files that ${shell} is about to write are not followed`, async (t) => {
      const box = await makeSandbox(t);
      const victim = join(box.root, "victim");
      writeFileSync(victim, "untouched");
      const script = `
      at=$$
      while [ $((at - $$)) -lt 300 ]; do ln -s "$1" "$AO_DATA_DIR/.$AO_SESSION.ao-$at"; at=$((at + 1)); done
      . "$2"
      update_ao_metadata branch topic`;
      const helper = join(box.bin, "ao-metadata-helper.sh");
      const { status } = await box.runBeside(shell, ["-c", script, shell, victim, helper]);
      assert.equal(status, 0);
      assert.equal(box.metadata().branch, "topic");
      assert.equal(readFileSync(victim, "utf8"), "untouched");
      assert.ok(lstatSync(box.metadataPath).isFile());
    });

  test("a value takes no control characters along", async (t) => {
    const box = await makeSandbox(t);
    const script = '. "$0"; update_ao_metadata pr "$1"';
    const helper = join(box.bin, "ao-metadata-helper.sh");
    await box.runBeside("bash", ["-c", script, helper, "a\u001b[31mb\nc\td\u007fé"]);
    assert.equal(box.metadata().pr, "a[31mbcdé");
  });
});
