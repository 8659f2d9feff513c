/** Many writers at once, killed ones among them: nothing that was stored is lost, and nothing blocks for long. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { randomOf, ROUNDS, SEED } from "./random.mjs";
import { makeSandbox, SESSION } from "./sandbox.mjs";
import { loseNothing } from "./takeover.mjs";
import { updater } from "./updater.mjs";

const WRITERS = 32;
const KILLED = 6;

/** The sum of the pauses after which a lock is given up. */
const GIVES_UP_MS = 10_000;

for (const format of ["pairs", "json"]) {
  test(`${WRITERS} writers at once, ${KILLED} of them killed, ${ROUNDS} rounds (${format}, seed ${SEED})`, async (t) => {
    const box = await makeSandbox(t, { format });
    const { next: random } = randomOf(SEED);
    const expected = new Map(Object.entries(box.metadata()));
    for (let round = 0; round < ROUNDS; round += 1) {
      // Half of the killed go with everything that they have started, half alone.
      const children = Array.from({ length: WRITERS }, (_, number) =>
        updater(box, `k${number}`, `${round}.${number}`, { detached: number < KILLED / 2 }),
      );
      const kills = children.slice(0, KILLED).map(async (child, number) => {
        await delay(random() * 1500);
        const pid = number < KILLED / 2 ? -child.pid : child.pid;
        return child.exitCode ?? child.signalCode ?? process.kill(pid, "SIGKILL");
      });
      // The whole time there is one whole file.
      const done = new AbortController();
      const reader = (async () => {
        for (; !done.signal.aborted; await delay(5)) box.metadata();
      })();
      const began = performance.now();
      const ends = await Promise.all(
        children.map(async ({ ended }) => ({
          ...(await ended),
          waitedMs: performance.now() - began,
        })),
      );
      done.abort();
      await Promise.all([reader, ...kills]);
      const stored = box.metadata();
      for (const { status, waitedMs } of ends)
        assert.ok(status !== 1 || waitedMs >= GIVES_UP_MS, `given up after ${waitedMs} ms`);
      const written = ends.slice(KILLED).filter(({ status }) => status === 0).length;
      assert.ok(written >= (WRITERS - KILLED) / 2, `round ${round}: only ${written} were written`);
      for (const [number, { status, signal }] of ends.entries()) {
        const [key, value] = [`k${number}`, `${round}.${number}`];
        const before = expected.get(key);
        // One that was killed may have been done with it, or not; one that found the lock taken for too long, on a busy
        // machine, has given up. Nothing else may be there.
        const possible = { 0: [value], 1: [before] }[status] ?? [value, before];
        assert.ok(
          status === 0 || status === 1 || signal === "SIGKILL",
          `${key}: ${status} ${signal}`,
        );
        assert.ok(possible.includes(stored[key]), `round ${round}: ${key}=${stored[key]}`);
        expected.set(key, stored[key]);
      }
      const known = Object.fromEntries([...expected].filter(([, value]) => value !== undefined));
      assert.deepEqual(stored, known);
    }
    // An update that finds the lock taken for ten seconds is given up.
    assert.equal((await updater(box, "after", "all").ended).status, 0);
  });
}

test("a lock of the orchestrator is waited for", async (t) => {
  const box = await makeSandbox(t);
  const lock = `${box.metadataPath}.lock`;
  writeFileSync(lock, "");
  const child = updater(box, "k", "v");
  await delay(1_000);
  assert.equal(box.metadata().k, undefined);
  rmSync(lock);
  assert.deepEqual(await child.ended, { status: 0, signal: null });
  assert.equal(box.metadata().k, "v");
  assert.ok(!existsSync(lock));
});

const stale = {
  "of the orchestrator": "",
  "of another host": "ao-wrapper some-other-host 1\n",
  "without an end": "x".repeat(5000),
};
for (const [what, content] of Object.entries(stale)) {
  test(`a lock older than a minute (${what}) is taken over, by one writer at a time`, async (t) => {
    const box = await makeSandbox(t);
    const lock = `${box.metadataPath}.lock`;
    writeFileSync(lock, content);
    const then = Date.now() / 1000 - 61;
    utimesSync(lock, then, then);
    const children = Array.from({ length: 12 }, (_, number) => updater(box, `k${number}`, "v"));
    for (const child of children) assert.deepEqual(await child.ended, { status: 0, signal: null });
    assert.equal(Object.keys(box.metadata()).length, 14);
    assert.deepEqual(readdirSync(box.data), [SESSION]);
  });
}

test("a lock and a takeover whose processes are gone block for little more than a second", async (t) => {
  const box = await makeSandbox(t);
  const gone = updater(box, "k", "v");
  await gone.ended;
  const token = `ao-wrapper ${hostname()} ${gone.pid}\n`;
  writeFileSync(`${box.metadataPath}.lock`, token);
  const { ino } = statSync(`${box.metadataPath}.lock`);
  writeFileSync(`${box.metadataPath}.lock.break-${ino}-1`, token);
  const children = Array.from({ length: 8 }, (_, number) => updater(box, `k${number}`, "v"));
  for (const child of children) assert.deepEqual(await child.ended, { status: 0, signal: null });
  assert.equal(Object.keys(box.metadata()).length, 11);
  assert.deepEqual(readdirSync(box.data), [SESSION]);
});

test("16 writers on a stale lock and a stale takeover lose none of 64 updates", async (t) => {
  await loseNothing(await makeSandbox(t), { writers: 16, updates: 4 });
});
