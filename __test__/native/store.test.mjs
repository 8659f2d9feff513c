/** What is remembered of a home between calls and between processes, on disks that refuse. */
import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { usage } from "../support/expected.mjs";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import { lines, message, opening, sessionMeta, threadId, tokenCount } from "../support/records.mjs";
import { largeHome, MANY, storesIn } from "./support/large-home.mjs";

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
