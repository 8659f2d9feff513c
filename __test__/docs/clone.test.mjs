/** What the README promises to somebody who has just cloned the repository: there every file is of this moment. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/documents/list.mjs";
import { withOutputs } from "../../scripts/write-documents.mjs";
import { run } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";

/** A clone of the repository as it is, with what is not committed yet. */
async function cloneOf(t) {
  const folder = temporaryFolder(t);
  const [repository, clone] = [join(folder, "repository"), join(folder, "clone")];
  const git = async (...args) => {
    const { code, stderr } = await run("git", args, { cwd: root });
    assert.equal(code, 0, stderr);
  };
  const from = [`--git-dir=${repository}`, `--work-tree=${root}`];
  const author = ["-c", "user.name=dev", "-c", "user.email=dev@example.com"];
  await git("init", "--quiet", "--bare", repository);
  await git(...from, "add", "--all");
  await git(...from, ...author, "commit", "--quiet", "--message", "as it is");
  await git("clone", "--quiet", repository, clone);
  return clone;
}

test("every console block of the README shows what its commands print in a fresh clone", async (t) => {
  const clone = await cloneOf(t);
  const readme = readFileSync(join(clone, "README.md"), "utf8");
  assert.ok(readme.includes("```console"));
  assert.equal(await withOutputs(readme, t, clone), readme);
});
