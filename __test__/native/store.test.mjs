/** What is remembered of a home between calls and between processes, under processes that die and disks that refuse. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as native from "../../index.js";
import { aoCodex } from "../support/command.mjs";
import { usage } from "../support/expected.mjs";
import { activePath, temporaryFolder, whenOver, writeFile } from "../support/home.mjs";
import { lines, message, opening, sessionMeta, threadId, tokenCount } from "../support/records.mjs";

const program = fileURLToPath(new URL("programs/ask-a-home.mjs", import.meta.url));

const WORKSPACE = "/home/dev/shop";

/** More rollouts than it takes for a home to be written down. */
const MANY = 1_100;

/** A home with so many threads of one response each. */
function largeHome(t) {
  const codexHome = temporaryFolder(t);
  for (let at = 0; at < MANY; at += 1)
    writeFile(
      codexHome,
      activePath(threadId(at)),
      lines(...opening(threadId(at)), tokenCount([100, 0, 10, 0])),
    );
  return codexHome;
}

const storesIn = (cache) =>
  readdirSync(join(cache, "ao-codex")).filter((name) => name.endsWith(".store"));

test("four processes that are killed at any moment never make another one answer wrong", async (t) => {
  const codexHome = largeHome(t);
  const cache = temporaryFolder(t);
  const path = join(codexHome, activePath(threadId(0)));
  const sizes = new Map([[statSync(path).size, 100]]);
  const children = new Set();
  let answers = 0;
  let isOver = false;
  whenOver(t, () => {
    isOver = true;
    for (const child of children) child.kill("SIGKILL");
  });

  const ask = async () => {
    const child = spawn(process.execPath, [program, codexHome, WORKSPACE], {
      env: { ...process.env, XDG_CACHE_HOME: cache },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.add(child);
    const closed = once(child, "close");
    for await (const line of createInterface({ input: child.stdout })) {
      // The last line of a process that was killed may be cut.
      if (!line.endsWith("}")) continue;
      const { threads, found, skipped } = JSON.parse(line);
      assert.deepEqual([threads.length, skipped], [MANY, []]);
      for (const [id, input, size, torn] of threads) {
        const expected = id === threadId(0) ? sizes.get(size) : 100;
        assert.deepEqual([id, input, torn], [id, expected, 0]);
      }
      assert.ok(threads.some(([id]) => id === found));
      answers += 1;
    }
    await closed;
    children.delete(child);
    if (!isOver) await ask();
  };
  const asking = [1, 2, 3, 4].map(ask);

  const endsAt = performance.now() + 8_000;
  for (let total = 2; performance.now() < endsAt; total += 1) {
    const record = lines(tokenCount([total * 100, 0, total * 10, 0], [100, 0, 10, 0]));
    sizes.set(statSync(path).size + Buffer.byteLength(record), total * 100);
    appendFileSync(path, record);
    await pause(20 + Math.random() * 200);
    const victims = [...children];
    victims[Math.floor(Math.random() * victims.length)]?.kill("SIGKILL");
  }
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(asking);
  t.diagnostic(`${answers} answers`);
  assert.ok(answers > 20);
  assert.equal(storesIn(cache).length, 1);
});

/** Asks for the bill in a process of its own. */
async function totalsWith(codexHome, cache) {
  const { code, stdout, stderr } = await aoCodex(["usage", "--json", "--codex-home", codexHome], {
    env: { XDG_CACHE_HOME: cache },
  });
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout).totals.inputTokens;
}

test("a cache that is read-only, a file, gone or somebody else's only makes the start colder", async (t) => {
  const codexHome = largeHome(t);
  const good = temporaryFolder(t);
  assert.equal(await totalsWith(codexHome, good), MANY * 100);
  const [name] = storesIn(good);
  const kept = readFileSync(join(good, "ao-codex", name));

  const readOnly = temporaryFolder(t);
  chmodSync(readOnly, 0o500);
  const file = writeFile(temporaryFolder(t), "file", "");
  const directory = temporaryFolder(t);
  mkdirSync(join(directory, "ao-codex", name), { recursive: true });
  const foreign = temporaryFolder(t);
  writeFile(foreign, join("ao-codex", name), "SQLite format 3\0");
  const older = temporaryFolder(t);
  const ofAnotherBuild = Buffer.from(kept);
  ofAnotherBuild[8] ^= 1;
  mkdirSync(join(older, "ao-codex"));
  writeFileSync(join(older, "ao-codex", name), ofAnotherBuild);
  for (const cache of [readOnly, file, directory, foreign, older, "/dev/null", "/dev/full"])
    assert.equal(await totalsWith(codexHome, cache), MANY * 100, cache);
  for (const cache of [foreign, older])
    assert.equal(statSync(join(cache, "ao-codex", name)).size, kept.length);
});

test("a huge rollout is billed to its end by the first question", async (t) => {
  const codexHome = temporaryFolder(t);
  const id = threadId(1);
  const path = writeFile(codexHome, activePath(id), lines(...opening(id)));
  const file = openSync(path, "a");
  const chunk = lines(message("x".repeat(50_000))).repeat(20);
  const RESPONSES = 100;
  for (let at = 1; at <= RESPONSES; at += 1)
    writeSync(file, chunk + lines(tokenCount([at * 100, 0, at * 10, 0], [100, 0, 10, 0])));
  closeSync(file);
  const { thread, total } = await native.threadUsage(id, { codexHome });
  const all = usage([RESPONSES * 100, 0, RESPONSES * 10, 0]);
  assert.deepEqual([thread.turn, thread.models, total], ["running", { "gpt-5-codex": all }, all]);
});

test("a session is answered while the whole home is read for the first time", async (t) => {
  const codexHome = temporaryFolder(t);
  const chunk = lines(message("x".repeat(50_000))).repeat(400);
  for (let at = 1; at <= 30; at += 1)
    writeFile(codexHome, activePath(threadId(at)), lines(...opening(threadId(at))) + chunk);
  writeFile(
    codexHome,
    activePath(threadId(40)),
    lines(sessionMeta(threadId(40), { cwd: "/home/dev/mine" }), tokenCount([100, 0, 10, 0])),
  );
  let isDone = false;
  const scan = native.homeUsage({ codexHome }).then((home) => {
    isDone = true;
    return home;
  });
  const thread = await native.findRollout("/home/dev/mine", { codexHome });
  const family = await native.threadUsage(thread.threadId, { codexHome });
  assert.deepEqual(family.total, usage([100, 0, 10, 0], 0.00035));
  assert.equal(isDone, false);
  assert.equal((await scan).threads.length, 31);
});
