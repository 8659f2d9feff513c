/** Few descriptors, or none in the middle of a run: an answer or an error, and nothing wrong is remembered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { cli, run } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { message, threadId } from "../support/records.mjs";

const PROGRAM = fileURLToPath(new URL("programs/ask-without-descriptors.mjs", import.meta.url));

const ROLLOUTS = Array.from({ length: 30 }, (_, at) => {
  const day = String(1 + (at % 10)).padStart(2, "0");
  const time = `2026-05-${day}T08:00:${String(at).padStart(2, "0")}.000Z`;
  return rollout({
    id: threadId(at + 1),
    cwd: `/home/dev/shop-${at % 3}`,
    at: time,
    responses: [{ usage: [1000, 200, 30, 0] }],
  });
});

test("the addon answers as ever or says why not, whatever descriptors are left, and remembers nothing wrong", async (t) => {
  const { home, paths } = codexHome(t, ROLLOUTS);
  const said = message("more", "2026-05-11T08:00:SECONDS.000Z");
  const { code, stdout, stderr } = await run("prlimit", [
    "--nofile=128",
    process.execPath,
    PROGRAM,
    home,
    paths[0],
    `${said}\n`,
  ]);
  assert.equal(code, 0, stderr);
  const { refused, wrong } = JSON.parse(stdout);
  assert.deepEqual(wrong, []);
  assert.ok(refused > 0, "no call was refused: the test took no descriptor away");
});

/** Node by itself needs some 20; what it does without them is its own affair. */
const FEWEST = 22;

test(`ao-codex gives the whole bill or one line of why not, from ${FEWEST} descriptors on`, async (t) => {
  const { home } = codexHome(t, ROLLOUTS);
  const bill = async (limit) => {
    const cache = temporaryFolder(t);
    const args = [
      `--nofile=${limit}`,
      process.execPath,
      cli,
      "usage",
      "--json",
      "--codex-home",
      home,
    ];
    return run("prlimit", args, { env: { XDG_CACHE_HOME: cache, HOME: cache } });
  };
  const whole = await bill(1024);
  assert.equal(whole.code, 0, whole.stderr);
  const ends = new Set();
  for (let limit = FEWEST; limit <= 64; limit += 3) {
    const { code, stdout, stderr } = await bill(limit);
    ends.add(code);
    if (code === 0) {
      const { skipped, threads } = JSON.parse(stdout);
      const expected = JSON.parse(whole.stdout).threads;
      // What could not be opened is named, and nothing else is missing.
      assert.equal(threads.length + skipped.length, expected.length, `${limit}: ${stdout}`);
      for (const { reason } of skipped) assert.match(reason, /Too many open files/);
      const known = new Map(expected.map((thread) => [thread.threadId, thread.usage]));
      for (const { threadId: id, usage } of threads) assert.deepEqual(usage, known.get(id));
    } else {
      assert.equal(code, 1, `${limit}: ${stderr}`);
      assert.match(stderr, /^ao-codex: .*(Too many open files|too many open files|EMFILE).*\n$/);
      assert.equal(stdout, "");
    }
  }
  assert.ok(ends.has(0), "no limit was enough");
});
