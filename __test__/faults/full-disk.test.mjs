/** A small file system that is full: a mount of our own, in a namespace that is gone with the process. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { AT, threadId } from "../support/records.mjs";

const program = fileURLToPath(new URL("on-a-full-disk.mjs", import.meta.url));

/** More rollouts than it takes for a home to be written down. */
const MANY = 1_100;

/** What the steps of the program found. */
function onFullDisk(t, what, { size = "200k", env = {} } = {}) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "disk"));
  const script = 'mount -t tmpfs -o size="$5" none "$1" && exec "$2" "$3" "$4" "$1"';
  const words = ["-c", script, "sh", join(folder, "disk"), process.execPath, program, what, size];
  const run = spawnSync("unshare", ["--mount", "--map-root-user", "sh", ...words], {
    encoding: "utf8",
    env: { ...process.env, TMPDIR: folder, ...env },
  });
  assert.equal(run.stderr, "");
  assert.equal(run.status, 0);
  return JSON.parse(run.stdout);
}

test("wrappers are not installed on a full disk, the old ones stay whole, and the error says why", (t) => {
  const { error, during, after } = onFullDisk(t, "wrappers");
  assert.match(error, /^cannot .+\/bin.*: No space left on device/);
  assert.deepEqual(during, { gh: "old gh\n", git: "old git\n", ".ao-version": "0.0.1\n" });
  assert.deepEqual(after, [".ao-version", "ao-codex-hook", "ao-metadata-helper.sh", "gh", "git"]);
});

test("metadata on a full disk stays as it was, and is written again when there is room", (t) => {
  const steps = onFullDisk(t, "metadata");
  assert.deepEqual(steps, {
    status: 1,
    waited: false,
    during: "status=working\n",
    names: ["app-1"],
    after: "status=working\nbranch=topic\n",
  });
});

test("where a home cannot be remembered every start is as cold as the first, and what was remembered stays whole", (t) => {
  const rollouts = Array.from({ length: MANY }, (_, index) =>
    rollout({
      id: threadId(index),
      cwd: "/home/dev/shop",
      at: AT,
      responses: [{ usage: [10, 0, 1, 0] }],
    }),
  );
  const { home } = codexHome(t, rollouts);
  const steps = onFullDisk(t, "home", { size: "2m", env: { CODEX_HOME: home } });
  const [first, second] = [steps[3], steps[6]].map(({ sum }) => sum);
  const cold = { tokens: 11 * MANY, files: 0, sum: null };
  const grown = { tokens: 33 * MANY, files: 1 };
  assert.deepEqual(steps, [
    { room: "none", ...cold },
    { room: "none", ...cold },
    { room: "half", ...cold },
    { room: "all", tokens: 11 * MANY, files: 1, sum: first },
    { room: "none", ...grown, sum: first },
    { room: "none", ...grown, sum: first },
    { room: "all", ...grown, sum: second },
  ]);
  assert.notEqual(first, second);
});

test("what a Codex says of itself is the answer where it cannot be remembered", (t) => {
  const { asked, during, after } = onFullDisk(t, "binary");
  assert.deepEqual([asked.version, during, after], ["0.169.0", null, asked]);
});
