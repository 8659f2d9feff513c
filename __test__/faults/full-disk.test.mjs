/** A file system of 200 KB that is full: a mount of our own, in a namespace that is gone with the process. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { AT, threadId } from "../support/records.mjs";

const program = fileURLToPath(new URL("on-a-full-disk.mjs", import.meta.url));

/** What the steps of the program found. */
function onFullDisk(t, what, env = {}) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "disk"));
  const script = 'mount -t tmpfs -o size=200k none "$1" && exec "$2" "$3" "$4" "$1"';
  const words = ["-c", script, "sh", join(folder, "disk"), process.execPath, program, what];
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

test("a bill is the same where nothing can be remembered", (t) => {
  const rollouts = [1, 2, 3].map((index) =>
    rollout({
      id: threadId(index),
      cwd: "/home/dev/shop",
      at: AT,
      responses: [{ usage: [1_000 * index, 0, index, 0] }],
    }),
  );
  const { home } = codexHome(t, rollouts);
  assert.deepEqual(onFullDisk(t, "bill", { CODEX_HOME: home }), { tokens: [6_006, 6_006] });
});
