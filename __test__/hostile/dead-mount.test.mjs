/** A mount whose server never answers: it costs the threads that lie on it, and nobody else. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { activePath, rolloutName, temporaryFolder, writeFile } from "../support/home.mjs";
import { lines, oneTurn, threadId, tokenCount } from "../support/records.mjs";

const PROGRAM = fileURLToPath(new URL("programs/ask-beside-a-dead-mount.mjs", import.meta.url));

/** Mounts $1 by a connection to FUSE of which nobody reads, and runs the rest of its arguments beside it. */
const BESIDE = `
exec 3<>/dev/fuse || exit 77
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 dead "$1" || exit 77
shift
exec "$@"`;

/** Namespaces of its own: what is mounted there goes with the process. */
const beside = (mount, ...command) => ["-rm", "sh", "-c", BESIDE, "sh", mount, ...command];

const mayMount = (t) => {
  const mount = join(temporaryFolder(t), "mount");
  mkdirSync(mount);
  return spawnSync("unshare", beside(mount, "true")).status === 0;
};

test("a dead mount costs the threads that lie on it, and nobody else", async (t) => {
  if (!mayMount(t)) {
    t.skip("this machine lets nobody mount FUSE");
    return;
  }
  const folder = temporaryFolder(t);
  const [home, alive, dead] = ["home", "alive", "dead"].map((name) => join(folder, name));
  for (const path of [home, alive, dead]) mkdirSync(path);
  symlinkSync(join(dead, "behind"), join(folder, "link"));
  const cwds = [alive, dead, join(dead, "tree"), join(dead, "other/deep"), join(folder, "link")];
  for (const [at, cwd] of cwds.entries()) {
    const id = threadId(at + 1);
    const turn = oneTurn(id, { meta: { cwd }, within: [tokenCount([100, 0, 10, 0])] });
    writeFile(home, activePath(id), lines(...turn));
  }
  mkdirSync(join(alive, ".ao"));
  const seen = { ts: "2026-05-20T08:00:00.000Z", state: "active", source: "terminal" };
  writeFile(alive, ".ao/activity.jsonl", lines(JSON.stringify(seen)));
  const event = { at: 1, event: "SessionStart", thread: threadId(9), cwd: join(dead, "gone") };
  writeFile(home, "codex/events/ao-9.jsonl", lines(JSON.stringify(event)));
  // A rollout that hooks named, and a work tree that an agent has sent to another repository.
  const gone = join(dead, "sessions", rolloutName(threadId(8)));
  const hooked = { at: 1, event: "SessionStart", thread: threadId(8), rollout: gone, cwd: dead };
  writeFile(home, "codex/events/ao-4.jsonl", lines(JSON.stringify(hooked)));
  const sent = join(folder, "sent");
  writeFile(sent, ".git", `gitdir: ${join(dead, "worktrees/sent")}\n`);

  const command = beside(dead, process.execPath, PROGRAM, home, alive, dead, sent);
  const { stdout } = await promisify(execFile)("unshare", command, { timeout: 120_000 });
  const [onAlive, onMount, below] = [1, 2, 3].map(threadId);
  const answer = {
    resumed: [onMount, onAlive, below, null],
    sessions: [
      [null, "running", null, onMount],
      [null, "running", "active", onAlive],
      [null, "running", null, below],
      [null, "running", null, null],
      [`cannot read rollout ${gone}: its disk does not answer`, null, null, null],
    ],
    listed: [onAlive],
    billed: [onAlive],
    byRepository: 1,
    removed: 0,
    launched: [true, true, true],
    setUp: ["its disk does not answer", "its disk does not answer"],
    dead: ["its disk does not answer"],
  };
  const { answers, waiting } = JSON.parse(stdout);
  assert.deepEqual(answers, [answer, answer]);
  // One for the mount, one for the link that leads there, and one each for what was asked below before that was known.
  assert.ok(waiting <= 6, `${waiting} threads wait for it`);
});
