/** Homes with files and directories that are not what they should be: named where they are skipped, and no trap. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { byCode, refusal } from "../support/error-codes.mjs";
import { head, thread, usage } from "../support/expected.mjs";
import {
  activePath,
  archivedPath,
  rolloutName,
  temporaryFolder,
  writeFile,
} from "../support/home.mjs";
import { lines, oneTurn, threadId, tokenCount } from "../support/records.mjs";
import { askWhileMode } from "../support/unprivileged.mjs";

const [GOOD, OTHER] = [1, 2].map(threadId);
const TOKENS = [100, 0, 10, 0];
const DAY = dirname(activePath(GOOD));
const WORKSPACE = "/home/dev/shop";

const textOf = (id, meta) => lines(...oneTurn(id, { meta, within: [tokenCount(TOKENS)] }));

/** A home with one good rollout, that everybody may read. */
function goodHome(t) {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const path = writeFile(folder, activePath(GOOD), textOf(GOOD));
  return { folder, path, options: { codexHome: folder } };
}

/** The home's only thread is the good one, and this was skipped. */
async function assertSkips({ options, path }, skipped) {
  const [home, list] = await Promise.all([native.homeUsage(options), native.listThreads(options)]);
  assert.deepEqual([home.threads, home.skipped], [[thread(GOOD, path, usage(TOKENS))], skipped]);
  assert.deepEqual([list.threads, list.skipped], [[head(GOOD, path)], skipped]);
  assert.equal((await native.findRollout(WORKSPACE, options)).threadId, GOOD);
  assert.equal((await native.threadUsage(GOOD, options)).thread.threadId, GOOD);
}

test("a home that is not there is an error where everything is asked for, and has no thread otherwise", async (t) => {
  const codexHome = join(temporaryFolder(t), "nowhere");
  const error = {
    message: `cannot read Codex home ${codexHome}: ENOENT`,
    code: "GenericFailure",
  };
  assert.deepEqual(await refusal(native.homeUsage({ codexHome })), error);
  assert.deepEqual(await refusal(native.listThreads({ codexHome })), error);
  assert.equal(await native.findRollout(WORKSPACE, { codexHome }), null);
  assert.equal(await native.threadUsage(GOOD, { codexHome }), null);
});

test("a file in place of the home is an error", async (t) => {
  const codexHome = writeFile(temporaryFolder(t), "file", "");
  const error = {
    message: `cannot read Codex home ${codexHome}: not a directory`,
    code: "InvalidArg",
  };
  await allReject(
    [
      native.homeUsage({ codexHome }),
      native.listThreads({ codexHome }),
      native.findRollout(WORKSPACE, { codexHome }),
      native.threadUsage(GOOD, { codexHome }),
    ],
    error,
  );
});

test("a file in place of sessions/ is named", async (t) => {
  const folder = temporaryFolder(t);
  const sessions = writeFile(folder, "sessions", textOf(GOOD));
  const options = { codexHome: folder };
  const skipped = [{ path: sessions, reason: "ENOTDIR" }];
  assert.deepEqual(byCode((await native.homeUsage(options)).skipped), skipped);
  assert.deepEqual(byCode((await native.listThreads(options)).skipped), skipped);
  assert.deepEqual(await refusal(native.findRollout(WORKSPACE, options)), {
    message: `cannot read Codex home ${sessions}: ENOTDIR`,
    code: "GenericFailure",
  });
});

const LINK = "a link, and links are not followed: move what it leads to here, or mount it here";
const NOT_ALLOWED = "EACCES";

test("a rollout that may not be read is named, and the others are read", async (t) => {
  const good = goodHome(t);
  const hidden = writeFile(good.folder, activePath(OTHER), textOf(OTHER));
  const [home, list, found, family, other, usageOf, activity] = byCode(
    await askWhileMode(
      hidden,
      0o000,
      ["homeUsage", good.options],
      ["listThreads", good.options],
      ["findRollout", WORKSPACE, good.options],
      ["threadUsage", GOOD, good.options],
      ["threadUsage", OTHER, good.options],
      ["rolloutUsage", hidden],
      ["readActivity", hidden],
    ),
  );
  const skipped = [{ path: hidden, reason: NOT_ALLOWED }];
  const billed = thread(GOOD, good.path, usage(TOKENS));
  assert.deepEqual([home.value.threads, home.value.skipped], [[billed], skipped]);
  assert.deepEqual([list.value.threads, list.value.skipped], [[head(GOOD, good.path)], skipped]);
  assert.equal(found.value.threadId, GOOD);
  assert.deepEqual(family.value, {
    thread: billed,
    subagents: [],
    total: usage(TOKENS),
    skipped,
  });
  const error = { message: `cannot read ${hidden}: ${NOT_ALLOWED}`, code: "GenericFailure" };
  assert.deepEqual(other, { error });
  const refused = {
    error: { message: `cannot read rollout ${hidden}: ${NOT_ALLOWED}`, code: "GenericFailure" },
  };
  assert.deepEqual([usageOf, activity], [refused, refused]);
});

for (const [mode, what] of [
  [0o000, "neither listed nor entered"],
  [0o644, "listed but not entered"],
]) {
  test(`what is in a directory that may be ${what} is named, and the rest is read`, async (t) => {
    const good = goodHome(t);
    const hidden = writeFile(good.folder, `sessions/2026/06/01/${rolloutName(OTHER)}`, "");
    const [home, list, found, other] = byCode(
      await askWhileMode(
        dirname(hidden),
        mode,
        ["homeUsage", good.options],
        ["listThreads", good.options],
        ["findRollout", WORKSPACE, good.options],
        ["threadUsage", OTHER, good.options],
      ),
    );
    const path = mode === 0 ? dirname(hidden) : hidden;
    const skipped = [{ path, reason: NOT_ALLOWED }];
    const billed = thread(GOOD, good.path, usage(TOKENS));
    assert.deepEqual([home.value.threads, home.value.skipped], [[billed], skipped]);
    assert.deepEqual([list.value.threads, list.value.skipped], [[head(GOOD, good.path)], skipped]);
    assert.equal(found.value.threadId, GOOD);
    assert.deepEqual(other.error.message, `cannot read ${path}: ${NOT_ALLOWED}`);
  });
}

for (const directory of ["", "sessions"]) {
  test(`nothing is found and nothing is "none" when ${directory || "the home"} may not be read`, async (t) => {
    const good = goodHome(t);
    const [home, list, found, family] = byCode(
      await askWhileMode(
        join(good.folder, directory),
        0o000,
        ["homeUsage", good.options],
        ["listThreads", good.options],
        ["findRollout", WORKSPACE, good.options],
        ["threadUsage", GOOD, good.options],
      ),
    );
    const sessions = { path: join(good.folder, "sessions"), reason: NOT_ALLOWED };
    assert.deepEqual(home.value.skipped[home.value.skipped.length - 1], sessions);
    assert.deepEqual(list.value.skipped, home.value.skipped);
    assert.equal(found.error.message, `cannot read Codex home ${sessions.path}: ${NOT_ALLOWED}`);
    assert.match(family.error.message, /^cannot read .*: EACCES$/);
  });
}

test("links to directories are not followed, so that a loop of them holds nobody", async (t) => {
  const good = goodHome(t);
  const [home, self, up] = ["sessions/home", `${DAY}/self`, "sessions/2026/up"].map((path) =>
    join(good.folder, path),
  );
  symlinkSync(good.folder, home);
  symlinkSync(".", self);
  symlinkSync("..", up);
  await assertSkips(
    good,
    [self, up, home].map((path) => ({ path, reason: LINK })),
  );
});

test("every link below a home is named, whether it leads somewhere or nowhere", async (t) => {
  const good = goodHome(t);
  const elsewhere = writeFile(good.folder, rolloutName(OTHER), textOf(OTHER));
  const link = join(good.folder, DAY, "rollout-a.jsonl");
  const loop = join(good.folder, DAY, "rollout-b.jsonl");
  const nowhere = join(good.folder, DAY, "rollout-c.jsonl");
  symlinkSync(elsewhere, link);
  symlinkSync("rollout-b.jsonl", loop);
  symlinkSync("gone", nowhere);
  const year = join(good.folder, "sessions", "2025");
  symlinkSync(temporaryFolder(t), year);
  await assertSkips(
    good,
    [year, link, loop, nowhere].map((path) => ({ path, reason: LINK })),
  );
});

test("sessions/ and archived_sessions/ may be links themselves", async (t) => {
  const good = goodHome(t);
  const home = temporaryFolder(t);
  const archive = temporaryFolder(t);
  writeFile(archive, rolloutName(OTHER), textOf(OTHER));
  symlinkSync(join(good.folder, "sessions"), join(home, "sessions"));
  symlinkSync(archive, join(home, "archived_sessions"));
  const { threads, skipped } = await native.homeUsage({ codexHome: home });
  assert.deepEqual(
    [threads.map((one) => [one.threadId, one.archived]).toSorted(), skipped],
    [
      [
        [GOOD, false],
        [OTHER, true],
      ],
      [],
    ],
  );
});

test("a loop of links in place of sessions/ is named, and the archive is read", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, archivedPath(GOOD), textOf(GOOD));
  const sessions = join(folder, "sessions");
  symlinkSync("sessions", sessions);
  const options = { codexHome: folder };
  const { threads, skipped } = await native.homeUsage(options);
  assert.deepEqual(
    [threads, byCode(skipped)],
    [
      [thread(GOOD, path, usage(TOKENS), { archived: true })],
      [{ path: sessions, reason: "ELOOP" }],
    ],
  );
  const { code, stdout, stderr } = await aoCodex(["usage", "--codex-home", folder]);
  assert.equal(code, 0);
  const text = (stdout + stderr).replaceAll(/\s+/g, " ");
  assert.match(text, /Left out: 1 file: .*sessions \([\w ]+ \(os error \d+\)\)/);
});

test("what lies deeper than a day's directory is no rollout, and what lies higher is one", async (t) => {
  const good = goodHome(t);
  writeFile(good.folder, join(DAY, "backup", rolloutName(OTHER)), textOf(OTHER));
  writeFile(good.folder, join(DAY, "a/b/c/d/e/f", rolloutName(OTHER)), textOf(OTHER));
  await assertSkips(good, []);
  for (const higher of ["sessions", "sessions/2026", "sessions/2026/05"]) {
    const path = writeFile(good.folder, join(higher, rolloutName(OTHER)), textOf(OTHER));
    const { threads } = await native.homeUsage(good.options);
    assert.deepEqual(
      threads.map((one) => one.rolloutPath).toSorted(),
      [good.path, path].toSorted(),
    );
    rmSync(path);
  }
});

test("files of other names are not looked at", async (t) => {
  const good = goodHome(t);
  for (const name of ["notes.txt", "rollout-a.json", "rollout-a.jsonl.tmp", ".jsonl", "x.jsonl.gz"])
    writeFile(good.folder, join(DAY, name), textOf(OTHER));
  await assertSkips(good, []);
});

test("a rollout of an older tool's name is one", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, "sessions/session-a.jsonl", textOf(GOOD));
  const { threads } = await native.homeUsage({ codexHome: folder });
  assert.deepEqual(threads, [thread(GOOD, path, usage(TOKENS))]);
});

test("an empty rollout is named", async (t) => {
  const good = goodHome(t);
  const path = writeFile(good.folder, activePath(OTHER), "");
  const home = await native.homeUsage(good.options);
  assert.deepEqual(home.skipped, [{ path, reason: "no complete record" }]);
  const list = await native.listThreads(good.options);
  assert.deepEqual(list.skipped, [{ path, reason: "no session_meta at its beginning" }]);
  assert.equal(await native.threadUsage(OTHER, good.options), null);
  assert.equal((await native.readActivity(path)).turn, "none");
});

test("a directory in place of a rollout is named", async (t) => {
  const good = goodHome(t);
  const path = join(good.folder, DAY, "x.jsonl");
  mkdirSync(path);
  await assertNoRegularFile(good, path);
});

test("a FIFO in place of a rollout is named, and nobody waits for a writer", async (t) => {
  const good = goodHome(t);
  const path = join(good.folder, activePath(OTHER));
  execFileSync("mkfifo", [path]);
  const started = performance.now();
  await assertNoRegularFile(good, path);
  assert.ok(performance.now() - started < 5_000);
});

test("a socket in place of a rollout is named", async (t) => {
  const good = goodHome(t);
  const path = join(good.folder, DAY, "s.jsonl");
  const server = createServer().listen(path);
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  await assertSkips(good, [{ path, reason: "not a regular file" }]);
});

test("a rollout whose name is no UTF-8 is named, as far as it can be", async (t) => {
  const good = goodHome(t);
  const day = Buffer.from(join(good.folder, DAY, "rollout-"));
  writeFileSync(Buffer.concat([day, Buffer.from([0xff]), Buffer.from(".jsonl")]), textOf(OTHER));
  const path = join(good.folder, DAY, "rollout-\ufffd.jsonl");
  await assertSkips(good, [{ path, reason: "its name is not UTF-8" }]);
});

test("a copy of a thread's rollout under another name counts once, and the copy is named", async (t) => {
  const good = goodHome(t);
  const copy = writeFile(
    good.folder,
    join("archived_sessions", "copy.jsonl"),
    textOf(GOOD),
    "2026-01-01T00:00:00Z",
  );
  const { threads, skipped } = await native.homeUsage(good.options);
  assert.deepEqual(threads, [thread(GOOD, good.path, usage(TOKENS))]);
  const reason = "another copy of a thread that is counted already";
  assert.deepEqual(skipped, [{ path: copy, reason }]);
});

/** It is named where it is skipped, and refused by name where it is asked for. */
async function assertNoRegularFile(good, path) {
  await assertSkips(good, [{ path, reason: "not a regular file" }]);
  const message = `cannot read rollout ${path}: not a regular file`;
  await allReject([native.readActivity(path), native.rolloutUsage(path)], {
    message,
    code: "InvalidArg",
  });
}

function allReject(calls, error) {
  return Promise.all(calls.map((call) => assert.rejects(call, error)));
}
