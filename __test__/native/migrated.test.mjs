/** What later orchestrators do to rollouts when they move their storage: the first record names another directory. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { threadId } from "../support/records.mjs";

const OLD = "/home/dev/.agent-orchestrator/0123-shop/worktrees/shop-1";
const NEW = "/home/dev/.agent-orchestrator/projects/shop/worktrees/shop-1";
const AT = "2026-05-20T08:00:00.000Z";

const homeOf = (t) => {
  const usage = [1_000, 400, 200, 50];
  const responses = [{ usage }, { usage }];
  const { home, paths } = codexHome(t, [
    rollout({ id: threadId(1), cwd: OLD, at: AT, responses }),
    rollout({ id: threadId(2), cwd: "/home/dev/web", at: AT, responses }),
    rollout({
      id: threadId(3),
      cwd: OLD,
      at: "2026-05-20T09:00:00.000Z",
      responses,
      meta: { forked_from_id: threadId(1) },
    }),
  ]);
  return { home, paths };
};

/** The new text, where the first record names the old directory. */
const rewritten = (path) => {
  const text = readFileSync(path, "utf8");
  const end = text.indexOf("\n");
  const entry = JSON.parse(text.slice(0, end));
  entry.payload.cwd = NEW;
  return JSON.stringify(entry) + text.slice(end);
};

/** Each leaves a rollout as the migration does: through a file beside it, in place, and with the time that it had. */
const MIGRATIONS = {
  "through a file that takes its place": (path, text) => {
    writeFileSync(`${path}.tmp.4711`, text);
    renameSync(`${path}.tmp.4711`, path);
  },
  "in place": (path, text) => writeFileSync(path, text),
  "with the time that it had": (path, text) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, text);
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
};

const billOf = async (home) => {
  const { threads, totals, skipped } = await native.homeUsage({ codexHome: home });
  return {
    totals,
    skipped,
    threads: threads
      .map(({ threadId: id, usage, workspacePath }) => ({ id, usage, workspacePath }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  };
};

for (const [how, migrate] of Object.entries(MIGRATIONS)) {
  test(`rollouts that were rewritten ${how} cost the same, each once, in their new directory`, async (t) => {
    const { home, paths } = homeOf(t);
    const cache = temporaryFolder(t);
    const billInANewProcess = async () => {
      const { stdout } = await aoCodex(["usage", "--json", "--codex-home", home], {
        env: { XDG_CACHE_HOME: cache },
      });
      const { threads, totals } = JSON.parse(stdout);
      return [threads.length, totals];
    };
    const before = await billOf(home);
    const coldly = await billInANewProcess();
    assert.equal(before.threads.length, 3);

    for (const path of [paths[0], paths[2]]) migrate(path, rewritten(path));
    const moved = before.threads.map((thread) => ({
      ...thread,
      workspacePath: thread.workspacePath === OLD ? NEW : thread.workspacePath,
    }));
    assert.deepEqual(await billOf(home), { ...before, threads: moved });
    assert.deepEqual(await billInANewProcess(), coldly);
    const found = await native.findRollout(NEW, { codexHome: home });
    assert.equal(found.threadId, threadId(3));
    assert.equal(await native.findRollout(OLD, { codexHome: home }), null);
  });
}

test("a rollout that is being rewritten is counted once", async (t) => {
  const { home, paths } = homeOf(t);
  const before = await billOf(home);
  const pending = `${paths[0]}.tmp.4711`;
  writeFileSync(pending, rewritten(paths[0]));
  assert.deepEqual(await billOf(home), before);
  // A migration that was killed half-way leaves a part of it.
  writeFileSync(pending, rewritten(paths[0]).slice(0, 700));
  assert.deepEqual(await billOf(home), before);
  rmSync(pending);
});

test("a thread that goes on after the migration is billed on from where it was", async (t) => {
  const { home, paths } = homeOf(t);
  const [path] = paths;
  const before = await billOf(home);
  MIGRATIONS["through a file that takes its place"](path, rewritten(path));
  const usage = {
    input_tokens: 10,
    cached_input_tokens: 0,
    output_tokens: 5,
    reasoning_output_tokens: 0,
    total_tokens: 15,
  };
  const total = {
    input_tokens: 2_010,
    cached_input_tokens: 800,
    output_tokens: 405,
    reasoning_output_tokens: 100,
    total_tokens: 2_415,
  };
  const info = { last_token_usage: usage, total_token_usage: total };
  const line = {
    timestamp: "2026-05-20T08:10:00.000Z",
    type: "event_msg",
    payload: { type: "token_count", info },
  };
  writeFileSync(path, `${readFileSync(path, "utf8")}${JSON.stringify(line)}\n`);
  const after = await billOf(home);
  assert.equal(after.totals.inputTokens, before.totals.inputTokens + 10);
  assert.equal(after.totals.outputTokens, before.totals.outputTokens + 5);
});
