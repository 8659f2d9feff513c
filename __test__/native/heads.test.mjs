/** What is told from the first records: which threads there are, and which is a workspace's. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { head } from "../support/expected.mjs";
import { activePath, codexHome, rollout, temporaryFolder, writeFile } from "../support/home.mjs";
import { AT, lines, sessionMeta } from "../support/records.mjs";
import {
  FORK,
  FORK_THREAD,
  headOf,
  home,
  OLD_THREAD,
  REVIEW_THREAD,
  ROOT,
  ROOT_THREAD,
} from "./support/family-home.mjs";

test("listThreads lists every thread by its head, newest first", async (t) => {
  const { folder, paths } = home(t);
  assert.deepEqual(await native.listThreads({ codexHome: folder }), {
    codexHome: folder,
    threads: [
      headOf(ROOT_THREAD(paths.root)),
      headOf(REVIEW_THREAD(paths.review)),
      headOf(FORK_THREAD(paths.fork)),
      headOf(OLD_THREAD(paths.old)),
    ],
    skipped: [],
  });
});

test("listThreads of a workspace lists the threads that began there", async (t) => {
  const { folder, paths } = home(t);
  const { threads } = await native.listThreads({
    codexHome: folder,
    workspacePath: "/home/dev/docs/",
  });
  assert.deepEqual(threads, [headOf(OLD_THREAD(paths.old))]);
});

test("findRollout finds the newest root or fork in use that began in the workspace, never a subagent", async (t) => {
  const { folder, paths } = home(t);
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, headOf(ROOT_THREAD(paths.root)));
});

test("findRollout knows no archived thread", async (t) => {
  const { folder } = home(t);
  assert.equal(await native.findRollout("/home/dev/docs", { codexHome: folder }), null);
});

test("findRollout takes a fork that was written last", async (t) => {
  const { folder, paths } = home(t);
  const written = "2026-06-01T00:00:00.000Z";
  writeFile(
    folder,
    relative(folder, paths.fork),
    lines(sessionMeta(FORK, { forked_from_id: ROOT, at: written })),
    written,
  );
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, {
    ...headOf(FORK_THREAD(paths.fork)),
    createdAtMs: Date.parse(written),
    updatedAtMs: Date.parse(written),
  });
});

const SPELLINGS = {
  "as it is": (folder) => join(folder, "shop"),
  "with a slash at its end": (folder) => `${folder}/shop/`,
  "with dots": (folder) => `${folder}/./shop/.`,
  "through its parent": (folder) => `${folder}/other/../shop`,
  "through a link": (folder) => join(folder, "link"),
  "through a link to its parent": (folder) => join(folder, "parent", "shop"),
  "relative to the process": (folder) => relative(process.cwd(), join(folder, "shop")),
};

for (const [how, spelled] of Object.entries(SPELLINGS)) {
  for (const [written, began] of Object.entries({ target: "shop", link: "link" })) {
    test(`a workspace spelled ${how} is the one of a rollout that has its ${written}`, async (t) => {
      const folder = temporaryFolder(t);
      mkdirSync(join(folder, "shop"));
      mkdirSync(join(folder, "other"));
      symlinkSync(join(folder, "shop"), join(folder, "link"));
      symlinkSync(folder, join(folder, "parent"));
      const cwd = join(folder, began);
      const { home: codex } = codexHome(t, [rollout({ id: ROOT, cwd, at: AT })]);
      const found = await native.findRollout(spelled(folder), { codexHome: codex });
      assert.equal(found?.threadId, ROOT);
      assert.equal(await native.findRollout(join(folder, "other"), { codexHome: codex }), null);
    });
  }
}

test("a workspace with a space and letters of other alphabets is found", async (t) => {
  const cwd = "/home/dev/größe 価格 🛒/a";
  const { home: codex } = codexHome(t, [rollout({ id: ROOT, cwd, at: AT })]);
  const found = await native.findRollout(cwd, { codexHome: codex });
  assert.deepEqual([found.threadId, found.workspacePath], [ROOT, cwd]);
});

test("a first line of 22 KB is a head by what stands before the instructions", async (t) => {
  const folder = temporaryFolder(t);
  const text = lines(
    sessionMeta(ROOT, { base_instructions: { text: "You are. ".repeat(2_500) }, git: { a: 1 } }),
  );
  const path = writeFile(folder, activePath(ROOT), text);
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, head(ROOT, path));
});

test("a head alone is the answer for a thread that has only begun", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT)));
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, head(ROOT, path));
});
