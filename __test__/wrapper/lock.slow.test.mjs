/** How long a lock is waited for at most: ten seconds, as the orchestrator does. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { makeSandbox } from "./sandbox.mjs";
import { loseNothing } from "./takeover.mjs";
import { updater } from "./updater.mjs";

test("a lock that is held for more than ten seconds is given up on, and the command is unharmed", async (t) => {
  const box = await makeSandbox(t);
  const lock = `${box.metadataPath}.lock`;
  writeFileSync(lock, "");
  const started = Date.now();
  const child = updater(box, "k", "v");
  const git = box.run(box.git, ["checkout", "-b", "topic"]);
  assert.deepEqual(git, {
    status: 0,
    signal: null,
    stdout: "",
    stderr: "Switched to a new branch 'topic'\n",
  });
  assert.deepEqual(await child.ended, { status: 1, signal: null });
  const seconds = (Date.now() - started) / 1000;
  assert.ok(seconds > 9.9 && seconds < 30, String(seconds));
  assert.deepEqual(box.metadata(), { worktree: box.repository, status: "working" });
  assert.equal(readFileSync(lock, "utf8"), "");
});

test("32 writers on a stale lock and a stale takeover lose none of 800 updates", async (t) => {
  await loseNothing(await makeSandbox(t), { writers: 32, updates: 25 });
});
