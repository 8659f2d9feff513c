/** What is remembered of a home between processes, when any of them may die at any moment. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { activePath, temporaryFolder, whenOver } from "../support/home.mjs";
import { lines, threadId, tokenCount } from "../support/records.mjs";
import { largeHome, MANY, storesIn } from "./support/large-home.mjs";

const program = fileURLToPath(new URL("programs/ask-a-home.mjs", import.meta.url));

const WORKSPACE = "/home/dev/shop";
/** So many processes are killed, and so many answers are compared. */
const KILLS = 40;
const ANSWERS = 21;
/** After so many kills no answer is waited for any more. */
const MOST_KILLS = 400;

test("four processes that are killed at any moment never make another one answer wrong", async (t) => {
  const codexHome = largeHome(t);
  const cache = temporaryFolder(t);
  const path = join(codexHome, activePath(threadId(0)));
  const sizes = new Map([[statSync(path).size, 100]]);
  const children = new Set();
  const answered = [];
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
      answered.push(found);
    }
    await closed;
    children.delete(child);
    if (!isOver) await ask();
  };
  const began = performance.now();
  const asking = [1, 2, 3, 4].map(ask);
  while (answered.length === 0) await pause(1);
  const answerMs = performance.now() - began;

  // A process lives for half the time of a first answer on average, however slow the machine is.
  const isEnough = (kills) => kills >= (answered.length < ANSWERS ? MOST_KILLS : KILLS);
  for (let kills = 0; !isEnough(kills); kills += 1) {
    const total = kills + 2;
    const record = lines(tokenCount([total * 100, 0, total * 10, 0], [100, 0, 10, 0]));
    sizes.set(statSync(path).size + Buffer.byteLength(record), total * 100);
    appendFileSync(path, record);
    await pause((Math.random() * answerMs) / 4);
    const victims = [...children];
    victims[Math.floor(Math.random() * victims.length)]?.kill("SIGKILL");
  }
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(asking);
  t.diagnostic(`${answered.length} answers`);
  assert.ok(answered.length >= ANSWERS, `${answered.length} answers`);
  assert.equal(storesIn(cache).length, 1);
});
