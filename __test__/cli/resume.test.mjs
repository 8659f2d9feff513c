import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";

const OLDER = "019e4464-e720-70ca-80b3-5afce7a15c61";
const NEWER = "019e4465-e720-70ca-80b3-5afce7a15c62";
const SUBAGENT = "019e4466-e720-70ca-80b3-5afce7a15c63";

const resume = (workspace, home, ...more) =>
  aoCodex(["resume", ...more, "--workspace", workspace, "--codex-home", home]);

/** Two roots of the workspace, and a subagent that wrote last. */
function homeOf(t, workspace) {
  const meta = {
    source: { subagent: { thread_spawn: { parent_thread_id: NEWER, depth: 1 } } },
    thread_source: "subagent",
    parent_thread_id: NEWER,
  };
  return codexHome(t, [
    rollout({ id: OLDER, cwd: workspace, at: "2026-05-20T08:00:00.000Z" }),
    rollout({ id: NEWER, cwd: workspace, at: "2026-05-20T09:00:00.000Z" }),
    rollout({ id: SUBAGENT, cwd: workspace, at: "2026-05-20T10:00:00.000Z", meta }),
  ]);
}

test("resume prints the command for the newest thread of the workspace, never for a subagent", async (t) => {
  const workspace = temporaryFolder(t);
  const { home } = homeOf(t, workspace);
  assert.deepEqual(await resume(workspace, home), {
    code: 0,
    stdout: `codex resume ${NEWER}\n`,
    stderr: "",
  });
});

test("resume --json prints thread, rollout and command", async (t) => {
  const workspace = temporaryFolder(t);
  const { home, paths } = homeOf(t, workspace);
  const { code, stdout } = await resume(workspace, home, "--json");
  const expected = { threadId: NEWER, rolloutPath: paths[1], command: `codex resume ${NEWER}` };
  assert.equal(code, 0);
  assert.equal(stdout, `${JSON.stringify(expected, null, 2)}\n`);
});

test("a relative path, a trailing slash and a link name the same workspace", async (t) => {
  const folder = temporaryFolder(t);
  const workspace = join(folder, "shop");
  mkdirSync(workspace);
  symlinkSync(workspace, join(folder, "link"));
  const { home } = homeOf(t, workspace);
  const spellings = ["shop", "./shop/", "link", relative(folder, workspace), `${workspace}/.`];
  const answers = await Promise.all(
    spellings.map((path) =>
      aoCodex(["resume", "--workspace", path, "--codex-home", home], { cwd: folder }),
    ),
  );
  assert.deepEqual(
    answers.map(({ stdout }) => stdout),
    spellings.map(() => `codex resume ${NEWER}\n`),
  );
});

test("where there is nothing to resume, resume says so with exit code 1", async (t) => {
  const { home } = homeOf(t, "/home/dev/shop");
  const workspace = temporaryFolder(t);
  assert.deepEqual(await resume(workspace, home), {
    code: 1,
    stdout: "",
    stderr: `ao-codex: nothing to resume: no thread began in ${workspace}\n`,
  });
});

for (const id of ["--last", "a b", "$(touch owned)", "a;b", "../x", "", "é"]) {
  test(`a thread whose id is ${JSON.stringify(id)} never gets onto a command line`, async (t) => {
    const workspace = temporaryFolder(t);
    const sane = rollout({ id: OLDER, cwd: workspace, at: "2026-05-20T08:00:00.000Z" });
    const { home } = codexHome(t, [{ ...sane, text: sane.text.replaceAll(OLDER, id) }]);
    const plain = await resume(workspace, home);
    const json = await resume(workspace, home, "--json");
    assert.deepEqual([plain.code, plain.stdout, json.code, json.stdout], [1, "", 1, ""]);
    assert.match(plain.stderr, /^ao-codex: nothing to resume: /);
  });
}
