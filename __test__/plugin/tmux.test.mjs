/**
 * Whose Codex runs while sessions of tmux are renamed, split, moved and made again: what is remembered never misleads.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { sessionOf } from "./support/session.mjs";
import { eventually, withoutWaiting } from "./support/wait.mjs";
import { HANGS_S, makeWorld } from "./support/world.mjs";

const run = promisify(execFile);
const tmux = (...words) => run("tmux", ["-f", "/dev/null", ...words]);
const handle = (id) => ({ id, runtimeName: "tmux", data: {} });

/** A Codex in the session `ao-1`, which the agent knows of. */
const scene = async (t) => {
  const world = await makeWorld(t);
  const codex = await world.sleeper("bin/codex");
  const agent = create();
  const runs = (id) => agent.isProcessRunning(handle(id));
  await tmux("new-session", "-d", "-s", "ao-1", `${codex} 600`);
  await eventually("the start", () => runs("ao-1"));
  return { world, codex, agent, runs };
};

test("a renamed session is known by its new name, and no longer by its old one", async (t) => {
  const { runs } = await scene(t);
  await tmux("rename-session", "-t", "=ao-1", "ao-2");
  assert.deepEqual([await runs("ao-1"), await runs("ao-2")], [false, true]);
  await tmux("rename-session", "-t", "=ao-2", "ao-1");
  assert.deepEqual([await runs("ao-2"), await runs("ao-1")], [false, true]);
});

test("a pane that was moved belongs to the other session", async (t) => {
  const { runs } = await scene(t);
  await tmux("new-session", "-d", "-s", "ao-2", "sleep 600");
  assert.deepEqual([await runs("ao-1"), await runs("ao-2")], [true, false]);
  await tmux("split-window", "-d", "-t", "=ao-1:", "sleep 600");
  await tmux("join-pane", "-d", "-s", "=ao-1:0.0", "-t", "=ao-2:");
  assert.deepEqual([await runs("ao-1"), await runs("ao-2")], [false, true]);
});

test("a session that was made again has what runs in it now", async (t) => {
  const { codex, runs } = await scene(t);
  await tmux("new-session", "-d", "-s", "other", "sleep 600");
  await tmux("kill-session", "-t", "=ao-1");
  assert.equal(await runs("ao-1"), false);
  await tmux("new-session", "-d", "-s", "ao-1", "sleep 600");
  assert.equal(await runs("ao-1"), false);
  await tmux("new-window", "-d", "-t", "=ao-1:", `${codex} 600`);
  await eventually("the new window's Codex", () => runs("ao-1"));
});

test("a tmux that fails or hangs says nothing of a session that it was never asked about", async (t) => {
  const { world, agent, runs } = await scene(t);
  const workspacePath = await world.directory("tree");
  const session = sessionOf({ id: "ao-3", workspacePath });
  for (const body of [
    "exit 1",
    "echo 'server exited unexpectedly' >&2; exit 1",
    "echo usage: tmux",
    "kill -9 $$",
  ]) {
    await world.script("bin/tmux", body);
    assert.equal(await runs("ao-3"), "indeterminate", body);
    assert.equal(await agent.getActivityState(session), null, body);
  }
  await world.script("bin/tmux", `sleep ${HANGS_S}`);
  const answers = await withoutWaiting(() =>
    Promise.all([runs("ao-3"), agent.getActivityState(session), runs("ao-1")]),
  );
  assert.deepEqual(answers, ["indeterminate", null, true]);
  await rm(world.path("bin/tmux"));
});

test("a session whose tmux is gone does not run", async (t) => {
  const { agent, runs } = await scene(t);
  await tmux("kill-server");
  await eventually("the end", async () => (await runs("ao-1")) === false);
  assert.equal((await agent.getActivityState(sessionOf())).state, "exited");
});

test("what counts as a Codex follows the configured binary and what it becomes", async (t) => {
  const { world } = await scene(t);
  const nightly = await world.sleeper("opt/codex-nightly");
  const wrapper = await world.script("bin/work", `export A=1\nexec '${nightly}' "$@"`);
  const wrapped = await world.sleeper("nix/.codex-wrapped");
  await tmux("new-session", "-d", "-s", "nightly", `${nightly} 600`);
  await tmux("new-session", "-d", "-s", "wrapper", `${wrapper} 600`);
  await tmux("new-session", "-d", "-s", "nix", `${wrapped} 600`);
  await eventually("nix", () => create().isProcessRunning(handle("nix")));
  for (const binary of [nightly, wrapper]) {
    const agent = create({ binary });
    for (const name of ["nightly", "wrapper", "ao-1"]) {
      await eventually(`${name} by ${binary}`, () => agent.isProcessRunning(handle(name)));
    }
  }
  assert.equal(await create().isProcessRunning(handle("nightly")), false);
});

test("after whatever happens to sessions the remembered answer is that of a full look", async (t) => {
  const { codex, runs } = await scene(t);
  const names = ["ao-1", "ao-10", "ao-2", "ao-3"];
  let seed = 7;
  const random = (count) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * count);
  };
  const one = () => names[random(names.length)];
  const program = () => (random(2) === 0 ? `${codex} 600` : "sleep 600");
  const operations = [
    () => ["new-session", "-d", "-s", one(), program()],
    () => ["kill-session", "-t", `=${one()}`],
    () => ["rename-session", "-t", `=${one()}`, one()],
    () => ["split-window", "-d", "-t", `=${one()}:`, program()],
    () => ["new-window", "-d", "-t", `=${one()}:`, program()],
    () => ["move-window", "-d", "-s", `=${one()}:`, "-t", `=${one()}:`],
    () => ["respawn-pane", "-k", "-t", `=${one()}:`, program()],
  ];
  const full = async () => {
    const format = "#{session_name} #{pane_pid}";
    const { stdout } = await tmux("list-panes", "-a", "-F", format).catch(() => ({ stdout: "" }));
    const { stdout: processes } = await run("ps", ["-ax", "-o", "pid=,ppid=,comm="]);
    const rows = processes
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    const isCodex = (pid) =>
      rows.some(([own, parent, name]) => (own === pid || parent === pid) && name === "codex");
    const panes = stdout.split("\n").map((line) => line.split(" "));
    return names.map((name) => panes.some(([session, pid]) => session === name && isCodex(pid)));
  };
  for (let step = 0; step < 60; step += 1) {
    const words = operations[random(operations.length)]();
    // Half of them make no sense just now; tmux says so.
    await tmux(...words).catch(() => null);
    const what = `step ${step}, ${words.join(" ")}`;
    await eventually(
      what,
      async () => {
        const before = await full();
        const found = [];
        for (const name of names) found.push(await runs(name));
        return JSON.stringify(found) === JSON.stringify(before);
      },
      2_000,
    );
  }
});
