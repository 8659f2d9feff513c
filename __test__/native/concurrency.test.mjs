/** Many callers at once, signals, progress, worker threads, and processes that end while a scan runs. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as native from "@ao/plugin-codex/native";
import { run } from "../support/command.mjs";
import { usage } from "../support/expected.mjs";
import { activePath, codexHome, temporaryFolder, writeFile } from "../support/home.mjs";
import { lines, message, opening, threadId, tokenCount } from "../support/records.mjs";

const program = fileURLToPath(new URL("programs/watch-a-scan.mjs", import.meta.url));

const WORKSPACE = "/home/dev/shop";
const THREADS = 64;
const MB_EACH = 3;
/** Many more than are made at once, each of as much as the home has. */
const BILLS = 64;
const MAX_AT_ONCE = 16;
const ONE = usage([100, 0, 10, 0]);
const TOTALS = usage(
  [THREADS * 100, 0, THREADS * 10, 0],
  Array.from({ length: THREADS }).reduce((sum) => sum + ONE.estimatedCostUsd, 0),
);

const textOf = (id, filler) => lines(...opening(id)) + filler + lines(tokenCount([100, 0, 10, 0]));

/** A home of 192 MB that takes a scan some tenths of a second. */
let options;
const ends = [];

before(() => {
  const t = { after: (end) => ends.push(end) };
  const folder = temporaryFolder(t);
  const filler = lines(message("x".repeat(20_000))).repeat((MB_EACH * 2 ** 20) / 20_200);
  const first = writeFile(folder, activePath(threadId(1)), textOf(threadId(1), filler));
  for (let at = 2; at <= THREADS; at += 1) {
    const path = join(folder, activePath(threadId(at)));
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(first, path);
    writeFile(folder, activePath(threadId(at)), textOf(threadId(at), filler));
  }
  options = { codexHome: folder };
});

after(async () => {
  for (const end of ends) await end();
});

test("50 calls at once have each the answer that it has alone", async () => {
  const calls = [
    () => native.homeUsage(options),
    () => native.listThreads(options),
    () => native.findRollout(WORKSPACE, options),
    () => native.threadUsage(threadId(7), options),
    () => native.readActivity(join(options.codexHome, activePath(threadId(7)))),
  ];
  const alone = await Promise.all(calls.map((call) => call()));
  const together = await Promise.all(
    Array.from({ length: 50 }, (_, at) => calls[at % calls.length]()),
  );
  assert.deepEqual(
    together,
    Array.from({ length: 50 }, (_, at) => alone[at % calls.length]),
  );
  assert.deepEqual([alone[0].totals, alone[0].threads.length], [TOTALS, THREADS]);
});

test("a question is answered before bills that were asked for earlier", async (t) => {
  const rollout = join(options.codexHome, activePath(threadId(7)));
  const homes = Array.from({ length: BILLS }, () => temporaryFolder(t));
  for (const folder of homes) {
    for (let at = 1; at <= THREADS; at += 1) {
      const path = join(folder, activePath(threadId(at)));
      mkdirSync(dirname(path), { recursive: true });
      linkSync(rollout, path);
    }
  }
  let made = 0;
  const bills = homes.map((home) => native.homeUsage({ codexHome: home }).then(() => (made += 1)));
  const activity = await native.readActivity(rollout);
  assert.deepEqual([activity.turn, made < BILLS - MAX_AT_ONCE], ["running", true]);
  await Promise.all(bills);
  assert.equal(made, BILLS);
});

/** Who types sees nothing of it. */
const LONGEST_STRETCH_MS = 25;

test("the JavaScript thread goes on while a scan runs", async (t) => {
  const longest = [];
  for (let scan = 0; scan < 7; scan += 1) {
    forget();
    longest.push(await longestStretchMs(() => native.homeUsage(options)));
  }
  t.diagnostic(`${longest.map((ms) => ms.toFixed(1))} ms`);
  // A hypervisor may take the processor away during one of them, and tells nobody.
  const median = longest.toSorted((a, b) => a - b)[3];
  assert.ok(median < LONGEST_STRETCH_MS, `${longest} ms`);
});

/** Makes the home one that was never scanned: every rollout may have been rewritten. */
function forget() {
  for (const entry of readdirSync(options.codexHome, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), new Date(), new Date());
}

/**
 * The longest time between two turns of the event loop that this thread did not spend in the queue for a processor:
 * there it stands on a busy machine, behind the threads of the scan as behind anybody's, and waits for no code of ours.
 */
async function longestStretchMs(work) {
  let longest = 0;
  const over = new AbortController();
  let [last, lastQueued] = [performance.now(), queuedMs()];
  const done = work().finally(() => over.abort());
  while (!over.signal.aborted) {
    await pause(1);
    const [now, queued] = [performance.now(), queuedMs()];
    longest = Math.max(longest, now - last - (queued - lastQueued));
    [last, lastQueued] = [now, queued];
  }
  await done;
  return longest;
}

/** How long this thread has been ready to run and did not; only Linux says it. */
function queuedMs() {
  if (process.platform !== "linux") return 0;
  const [, queuedNs] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
  return Number(queuedNs) / 1e6;
}

const CANCELLED = (path) => ({
  name: "Error",
  code: "Cancelled",
  message: `cannot read Codex home ${path}: cancelled`,
});

test("a signal that is aborted already ends the scan before it begins", async () => {
  const signal = AbortSignal.abort();
  const started = performance.now();
  await assert.rejects(native.homeUsage(options, signal), CANCELLED(options.codexHome));
  assert.ok(performance.now() - started < 200);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a signal that is aborted during the scan ends it at once", async () => {
  const wholes = [];
  const cuts = [];
  // Of several, because one time slice of another process is as long as the scan.
  for (let round = 0; round < 5; round += 1) {
    forget();
    wholes.push(await msOf(() => native.homeUsage(options)));
    forget();
    const controller = new AbortController();
    const scan = native.homeUsage(options, controller.signal);
    cuts.push(
      await msOf(async () => {
        // No timer: on a busy machine it may be told later than the scan ends.
        setImmediate(() => controller.abort());
        await assert.rejects(scan, CANCELLED(options.codexHome));
      }),
    );
  }
  assert.ok(Math.min(...cuts) < Math.min(...wholes), `${cuts} ms of ${wholes} ms`);
});

test("a signal stops every scan that it was given to, and no other", async () => {
  forget();
  const controller = new AbortController();
  const stopped = [1, 2, 3].map(() => native.homeUsage(options, controller.signal));
  const other = native.homeUsage(options, new AbortController().signal);
  controller.abort(new Error("of the user's own"));
  await Promise.all(stopped.map((scan) => assert.rejects(scan, CANCELLED(options.codexHome))));
  assert.deepEqual((await other).totals, TOTALS);
});

test("a signal keeps its own onabort and listeners, and nothing of ours remains on it", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const heard = [];
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the handler that must survive
  signal.onabort = () => heard.push("onabort");
  signal.addEventListener("abort", () => heard.push("listener"));
  const mine = getEventListeners(signal, "abort").length;
  for (let at = 0; at < 20; at += 1)
    await native.homeUsage({ codexHome: dirname(program) }, signal);
  assert.equal(getEventListeners(signal, "abort").length, mine);
  await assert.rejects(native.homeUsage({ codexHome: "/nonexistent" }, signal));
  await assert.rejects(native.homeUsage({ by: "colour" }, signal));
  await assert.rejects(native.homeUsage(options, signal, "no function"));
  assert.equal(getEventListeners(signal, "abort").length, mine);
  forget();
  const scan = native.homeUsage(options, signal);
  controller.abort();
  await assert.rejects(scan, { code: "Cancelled" });
  assert.deepEqual(heard, ["onabort", "listener"]);
  assert.equal(getEventListeners(signal, "abort").length, mine);
});

test("a signal that times out ends the scan", async () => {
  forget();
  const scan = native.homeUsage(options, AbortSignal.timeout(5));
  await assert.rejects(scan, { code: "Cancelled" });
});

/** So many scans at once take longer than the time between two reports, on a quick machine too. */
const CROWD = 24;

test("progress is told while a scan runs, and only grows", async (t) => {
  // A scan that lasts: many calls share the machine.
  forget();
  const reports = [];
  const { signal } = new AbortController();
  await Promise.all(
    Array.from({ length: CROWD }, (_, at) =>
      native.homeUsage(options, signal, at === 0 ? (progress) => reports.push(progress) : null),
    ),
  );
  assert.ok(reports.length > 0, "a scan tells its progress");
  const size = THREADS * MB_EACH * 2 ** 20;
  for (const [at, report] of reports.entries()) {
    const last = reports[at - 1] ?? { filesDone: 0, bytesDone: 0 };
    assert.ok(report.filesDone >= last.filesDone && report.filesDone <= THREADS);
    assert.ok(report.bytesDone >= last.bytesDone && report.bytesDone <= report.bytesTotal);
    assert.ok([0, THREADS].includes(report.filesTotal));
    assert.ok(report.bytesTotal <= size * 1.01);
    assert.deepEqual(Object.keys(report).toSorted(), [
      "bytesDone",
      "bytesTotal",
      "filesDone",
      "filesTotal",
    ]);
  }
  t.diagnostic(`${reports.length} reports`);
});

const THROWN = [new RangeError("not now"), "a text", undefined, Symbol.for("x"), { a: 1 }];

for (const thrown of THROWN) {
  test(`what onProgress throws, ${String(thrown)}, rejects the scan and does no more harm`, async () => {
    let calls = 0;
    const busy = Array.from({ length: CROWD }, () => native.homeUsage(options));
    const scan = native.homeUsage(options, null, () => {
      calls += 1;
      throw thrown;
    });
    const error = await scan.then(
      () => assert.fail("resolved"),
      (reason) => reason,
    );
    assert.equal(error, thrown);
    assert.ok(calls >= 1);
    await Promise.all(busy);
  });
}

test("a process that ends itself during scans ends", async () => {
  const started = performance.now();
  const result = await run(process.execPath, [program, "exit", options.codexHome]);
  assert.deepEqual(result, { code: 7, stdout: '"exiting"\n', stderr: "" });
  assert.ok(performance.now() - started < 10_000);
});

test("a scan that nobody waits for keeps the process until it is done", async () => {
  const result = await run(process.execPath, [program, "forget", options.codexHome]);
  assert.deepEqual(result, { code: 0, stdout: `${THREADS}\n`, stderr: "" });
});

test("worker threads scan beside the main thread", async () => {
  const result = await run(process.execPath, [program, "workers", options.codexHome]);
  const totals = JSON.stringify([TOTALS, TOTALS, TOTALS, TOTALS]);
  assert.deepEqual(result, { code: 0, stdout: `${totals}\n`, stderr: "" });
});

test("worker threads that are terminated during a scan leave the process whole", async () => {
  const result = await run(process.execPath, [program, "terminate", options.codexHome]);
  assert.deepEqual(result, { code: 0, stdout: `${THREADS}\n`, stderr: "" });
});

test("calls that end in an error leave nothing behind", async (t) => {
  const { home } = codexHome(t, []);
  const least = process.memoryUsage.rss();
  for (let at = 0; at < 2_000; at += 1)
    await assert.rejects(native.rolloutUsage(join(home, "rollout-a.jsonl")));
  const grownMb = (process.memoryUsage.rss() - least) / 2 ** 20;
  assert.ok(grownMb < 64, `${grownMb} MB`);
});

async function msOf(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
