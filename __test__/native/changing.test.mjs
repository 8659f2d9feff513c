/**
 * Homes that somebody writes to while they are read: another process changes one rollout as fast as it can. Whatever
 * is answered must have been true at one moment, or be a refusal that says why.
 */
import assert from "node:assert/strict";
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as native from "@ao/plugin-codex/native";
import { byCode } from "../support/error-codes.mjs";
import { usage } from "../support/expected.mjs";
import {
  activePath,
  archivedPath,
  temporaryFolder,
  whenOver,
  writeFile,
} from "../support/home.mjs";
import { lines, message, opening, sessionMeta, threadId, tokenCount } from "../support/records.mjs";
import { storedFrame } from "../support/zst.mjs";

const program = fileURLToPath(new URL("programs/change-a-rollout.mjs", import.meta.url));

/**
 * How often everything is asked at least. Every expected state has to be seen in so many scans more, or in that time: a
 * scan may be slow, and the program that changes the rollout may wait for a processor.
 */
const LEAST_SCANS = 150;
const MOST_SCANS = 5_000;
const MOST_MS = 10_000;

const ID = threadId(1);
const WORKSPACE = "/home/dev/shop";

/** A rollout of `responses` responses of `step` tokens, with messages of many lengths between them. */
function records(responses, step) {
  const all = opening(ID);
  for (let at = 1; at <= responses; at += 1) {
    all.push(message("é".repeat((at * 977) % 5_000)));
    all.push(tokenCount([at * step, 0, at, 0], [step, 0, 1, 0]));
  }
  return all;
}

/** A home in which the program changes the rollout, and quiet rollouts that make a scan last. */
async function changing(t, change, pauseMs, { text, paths = () => [] }) {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ID), text);
  mkdirSync(join(folder, "archived_sessions"));
  for (let other = 2; other < 30; other += 1)
    writeFile(folder, activePath(threadId(other)), lines(sessionMeta(threadId(other))));
  const child = fork(program, [change, String(pauseMs), path, ...paths(folder, path)]);
  const ended = once(child, "exit");
  whenOver(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  await once(child, "message");
  return { path, options: { codexHome: folder } };
}

/** Asks again and again; `see` judges an answer and names the state that it saw. */
async function scanUntilSeen(states, ask, see) {
  const seen = new Map(states.map((state) => [state, 0]));
  const started = performance.now();
  for (let scans = 0; scans < LEAST_SCANS || [...seen.values()].includes(0); scans += 1) {
    const state = see(await ask());
    assert.ok(seen.has(state), `unexpected: ${state}`);
    seen.set(state, seen.get(state) + 1);
    const isEarly = scans < MOST_SCANS || performance.now() - started < MOST_MS;
    assert.ok(isEarly, `seen after ${scans} scans: ${show(seen)}`);
  }
}

const show = (map) => JSON.stringify([...map]);

/** The one thread that is changed. */
const changed = ({ threads }) => threads.filter((one) => one.threadId === ID);

const whole = (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ code, message: text }) => ({ code, text }),
  );

test("a rollout that grows and shrinks is always answered as it was at one moment", async (t) => {
  const all = records(60, 10);
  const text = Buffer.from(lines(...all));
  const source = writeFile(temporaryFolder(t), "source.jsonl", text);
  const { path, options } = await changing(t, "growAndShrink", 0, {
    text: lines(all[0]),
    paths: () => [source],
  });
  const ends = all.map((_, at) => Buffer.byteLength(lines(...all.slice(0, at + 1))));
  // A whole record without its newline counts.
  const responsesIn = (size) =>
    all.filter((one, at) => ends[at] - 1 <= size && one.includes("token_count")).length;

  await scanUntilSeen(
    ["growing"],
    () =>
      Promise.all([
        native.rolloutUsage(path),
        native.homeUsage(options),
        native.readActivity(path),
        native.findRollout(WORKSPACE, options),
      ]),
    ([one, home, activity, found]) => {
      for (const thread of [one, ...changed(home)]) {
        const responses = responsesIn(thread.sizeBytes);
        assert.deepEqual(
          { usage: thread.usage, skipped: thread.skippedRecords },
          { usage: usage([responses * 10, 0, responses, 0]), skipped: 0 },
        );
      }
      assert.deepEqual([changed(home).length, home.skipped], [1, []]);
      assert.ok(["none", "running"].includes(activity.turn));
      assert.equal(found.threadId, ID);
      return "growing";
    },
  );
});

test("a rollout that is replaced is answered as the one or the other, whole", async (t) => {
  const folder = temporaryFolder(t);
  const versions = { few: [20, 10], many: [300, 7] };
  const texts = Object.values(versions).map(([responses, step]) =>
    lines(...records(responses, step)),
  );
  const sources = texts.map((text, at) => writeFile(folder, `${at}.jsonl`, text));
  const { path, options } = await changing(t, "replace", 0, {
    text: texts[0],
    paths: () => sources,
  });
  const states = new Map(
    Object.entries(versions).map(([name, [responses, step]], at) => [
      Buffer.byteLength(texts[at]),
      { name, usage: usage([responses * step, 0, responses, 0]) },
    ]),
  );
  const see = (thread) => {
    const state = states.get(thread.sizeBytes);
    assert.deepEqual([thread.usage, thread.skippedRecords], [state.usage, 0]);
    return state.name;
  };
  await scanUntilSeen(["few", "many"], () => native.rolloutUsage(path), see);
  await scanUntilSeen(
    ["few", "many"],
    () => native.homeUsage(options),
    (home) => {
      assert.deepEqual([changed(home).length, home.skipped], [1, []]);
      return see(changed(home)[0]);
    },
  );
});

test("a rollout that goes and comes is whole or not there, and never in between", async (t) => {
  const text = lines(...records(50, 10));
  const source = writeFile(temporaryFolder(t), "source.jsonl", text);
  const { path, options } = await changing(t, "remove", 1, { text, paths: () => [source] });
  const billed = usage([500, 0, 50, 0]);

  await scanUntilSeen(
    ["there", "gone"],
    () => whole(native.rolloutUsage(path)),
    ({ value, text: said }) => {
      assert.deepEqual(
        value?.usage ?? byCode(said),
        value ? billed : `cannot read rollout ${path}: ENOENT`,
      );
      return value ? "there" : "gone";
    },
  );
  await scanUntilSeen(
    ["there", "gone"],
    () => native.readActivity(path),
    (activity) => {
      assert.equal(activity?.turn ?? "running", "running");
      return activity ? "there" : "gone";
    },
  );
  await scanUntilSeen(
    ["there", "gone"],
    () => native.homeUsage(options),
    (home) => {
      const found = changed(home);
      assert.deepEqual(home.skipped, []);
      assert.deepEqual(
        found.map((one) => one.usage),
        found.map(() => billed),
      );
      return found.length === 1 ? "there" : "gone";
    },
  );
  await scanUntilSeen(
    ["there", "gone"],
    () => native.threadUsage(ID, options),
    (family) => {
      assert.deepEqual([family?.total ?? billed, family?.skipped ?? []], [billed, []]);
      return family ? "there" : "gone";
    },
  );
});

/** Whatever is asked for, the thread is there, once. */
async function assertNeverLost(options, states, stateOf, billed) {
  await scanUntilSeen(
    states,
    () => native.homeUsage(options),
    (home) => {
      const found = changed(home);
      assert.deepEqual([found.map((one) => one.usage), home.skipped], [[billed], []]);
      assert.equal(home.threads.length, 29);
      return stateOf(found[0]);
    },
  );
  await scanUntilSeen(
    states,
    () => native.listThreads(options),
    (list) => {
      assert.deepEqual([changed(list).length, list.threads.length, list.skipped], [1, 29, []]);
      return stateOf(changed(list)[0]);
    },
  );
  await scanUntilSeen(
    states,
    () => native.threadUsage(ID, options),
    (family) => {
      assert.deepEqual([family?.total, family?.skipped], [billed, []]);
      return stateOf(family.thread);
    },
  );
}

test("a rollout that is archived and unarchived during scans is never lost and never counted twice", async (t) => {
  const { options } = await changing(t, "move", 1, {
    text: lines(...records(50, 10)),
    paths: (folder) => [join(folder, archivedPath(ID))],
  });
  const stateOf = (one) => (one.archived ? "archived" : "active");
  await assertNeverLost(options, ["active", "archived"], stateOf, usage([500, 0, 50, 0]));
});

test("a rollout that is compressed and decompressed during scans is never lost and never counted twice", async (t) => {
  const sources = temporaryFolder(t);
  const text = lines(...records(50, 10));
  const plain = writeFile(sources, "plain", text);
  const packed = writeFile(sources, "packed", storedFrame(Buffer.from(text)));
  const { options } = await changing(t, "compress", 1, { text, paths: () => [plain, packed] });
  const stateOf = (one) => (one.compressed ? "compressed" : "plain");
  await assertNeverLost(options, ["plain", "compressed"], stateOf, usage([500, 0, 50, 0]));
});

test("a FIFO that takes a rollout's place between the walk and the reading holds nobody", async (t) => {
  const text = lines(...records(5, 10));
  const { path, options } = await changing(t, "block", 0, {
    text,
    paths: (folder, rollout) => {
      const [plain, fifo] = [join(folder, "plain"), join(folder, "fifo")];
      copyFileSync(rollout, plain);
      execFileSync("mkfifo", [fifo]);
      return [plain, fifo];
    },
  });
  const billed = usage([50, 0, 5, 0]);
  const reason = "not a regular file";
  await scanUntilSeen(
    ["rollout", "FIFO"],
    () => native.homeUsage(options),
    (home) => {
      const found = changed(home);
      assert.deepEqual(
        [found.map((one) => one.usage), home.skipped],
        found.length === 1 ? [[billed], []] : [[], [{ path, reason }]],
      );
      return found.length === 1 ? "rollout" : "FIFO";
    },
  );
  for (const call of [native.rolloutUsage, native.readActivity])
    await scanUntilSeen(
      ["rollout", "FIFO"],
      () => whole(call(path)),
      ({ value, code, text: said }) => {
        assert.deepEqual(
          [code, said],
          value ? [undefined, undefined] : ["InvalidArg", `cannot read rollout ${path}: ${reason}`],
        );
        return value ? "rollout" : "FIFO";
      },
    );
});
