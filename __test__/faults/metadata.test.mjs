import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSandbox, realGit } from "../wrapper/sandbox.mjs";
import { eachFault } from "./faults.mjs";
import { runFailing } from "./inject.mjs";

const BEFORE = { status: "working", summary: "a = b", pr: "https://example.com/o/r/pull/1" };

/** Whatever fails, a reader finds what was there, with or without what was stored; and the next one stores. */
const CALLS = ["open", "read", "write", "rename", "fsync"];

for (const format of ["pairs", "json"]) {
  test(`metadata (${format}) of which a call fails is as before or as after, and can be written again`, async (t) => {
    const box = await makeSandbox(t, { format, worktree: false });
    const script = `. '${box.bin}/ao-metadata-helper.sh'; update_ao_metadata "$1" "$2"`;
    const hits = await eachFault(box.root, CALLS, async (fault, what) => {
      box.writeMetadata(BEFORE);
      const args = ["-c", script, "sh", "branch", "topic"];
      const env = { ...box.env, AO_SESSION: "app-1" };
      const { status, signal, stdout, hit } = runFailing("bash", args, { ...fault, env });
      assert.equal(signal, null, what);
      assert.equal(stdout, "", what);
      const { branch, ...rest } = box.metadata();
      assert.deepEqual(rest, BEFORE, what);
      assert.ok([undefined, "topic"].includes(branch), `${what}: ${branch}`);
      assert.ok(status !== 0 || branch === "topic" || hit, `${what}: said stored, and is not`);
      const again = box.run("bash", ["-c", script, "sh", "after", what], { env });
      assert.equal(again.status, 0, what);
      assert.deepEqual(box.metadata().after, what);
      return hit;
    });
    t.diagnostic(`${hits} faults`);
    assert.ok(hits > 0);
  });
}

test("a branch is recorded as it is, or not at all, whatever fails on the way", async (t) => {
  const box = await makeSandbox(t);
  let count = 0;
  const hits = await eachFault(box.root, ["open", "write", "rename"], async (fault, what) => {
    box.writeMetadata({ ...BEFORE, worktree: box.repository });
    const args = ["checkout", "-q", "-b", `topic-${(count += 1)}`];
    const run = runFailing(box.git, args, { ...fault, cwd: box.repository, env: box.env });
    assert.equal(run.signal, null, what);
    const { branch, worktree, ...rest } = box.metadata();
    assert.deepEqual(rest, BEFORE, what);
    assert.equal(worktree, box.repository);
    const head = readFileSync(join(box.repository, ".git/HEAD"), "utf8").trim();
    assert.ok(
      branch === undefined || head === `ref: refs/heads/${branch}`,
      `${what}: ${branch}, ${head}`,
    );
    box.run(realGit, ["checkout", "-q", "main"]);
    return run.hit;
  });
  t.diagnostic(`${hits} faults`);
  assert.ok(hits > 0);
});
