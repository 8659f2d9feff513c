/**
 * What an orchestrator of the later line does after a throw, a `null`, `"indeterminate"` or a late answer: the plugin
 * with one member that does so, in front of a real Codex. The tests of its faults count on these reactions.
 */
import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { test } from "node:test";

import { after, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { goesOn, laterStage, TURN_MS } from "./support/later-stage.mjs";

const throws = () => {
  throw new Error("out of order");
};

const rejects = () => Promise.reject(new Error("out of order"));

const isThere = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** The stage's agent, with members that a test may replace at any time. */
const staged = async (t, options) => {
  const replaced = {};
  const wrap = (agent) =>
    new Proxy(agent, {
      get: (target, name) => replaced[name] ?? target[name],
      has: (target, name) => name in target,
    });
  return { ...(await laterStage(t, { ...options, wrap })), replaced };
};

/** A session that works for as long as the test asks of it. */
const working = async ({ becomes, host, script }) => {
  script("work", [after(120_000, say())]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:work now." });
  await becomes(session, "active");
  return session;
};

for (const [name, fails] of Object.entries({
  preflight: rejects,
  preLaunchSetup: rejects,
  getLaunchCommand: throws,
  getEnvironment: throws,
  postLaunchSetup: rejects,
})) {
  test(`after a throw of ${name} nothing of a spawn is left`, async (t) => {
    const { host, path, replaced, world } = await staged(t);
    replaced[name] = fails;
    await assert.rejects(host.spawn({ id: "app-1", prompt: "x" }), { message: "out of order" });
    assert.equal(host.calls.at(-1), name);
    assert.equal(await isThere(host.metadataPath("app-1")), false);
    assert.equal(await isThere(host.workspaceOf("app-1")), false);
    const trees = await world.git("-C", path, "worktree", "list", "--porcelain");
    assert.equal(trees.match(/^worktree /gm).length, 1);
  });
}

test("a throw of both questions of a look is passed over, and the screen tells", async (t) => {
  const stage = await staged(t);
  const session = await working(stage);
  Object.assign(stage.replaced, { getActivityState: rejects, getSessionInfo: rejects });
  const { activity, info } = await stage.host.look(session);
  assert.deepEqual([activity, info], ["active", null]);
});

test("of a late answer nothing is taken while its call runs on, and of the next one all is", async (t) => {
  const stage = await staged(t, { pairLimitMs: 10_000 });
  const { agent, host, replaced } = stage;
  const session = await working(stage);
  const before = session.activity;
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  replaced.getActivityState = () => answered.then(() => ({ state: "blocked" }));
  const { activity, info, isLate } = await host.look(session);
  assert.deepEqual([activity, info, isLate], [before, null, true]);
  answer();
  assert.equal((await host.lateAnswers[0]).activity, "blocked");
  assert.equal(session.activity, before);
  replaced.getActivityState = agent.getActivityState;
  assert.deepEqual((await host.look(session)).isLate, false);
});

test("a session of which a throw tells is detected, then stuck, and one of which nobody can tell stays what it was", async (t) => {
  const stage = await staged(t);
  const session = await working(stage);
  const { host, replaced } = stage;
  const steps = async (count) => {
    const statuses = [];
    for (let step = 0; step < count; step += 1) statuses.push(await host.step(session));
    return statuses;
  };
  Object.assign(replaced, {
    isProcessRunning: () => Promise.resolve("indeterminate"),
    getActivityState: () => Promise.resolve(null),
  });
  session.status = "needs_input";
  assert.deepEqual(await steps(4), Array(4).fill("needs_input"));
  replaced.isProcessRunning = rejects;
  assert.deepEqual(await steps(3), ["detecting", "detecting", "stuck"]);
  replaced.isProcessRunning = () => Promise.resolve(false);
  assert.deepEqual(await steps(1), ["killed"]);
});

test("a throw loses a restore, a null starts another thread, and what follows it is passed over", async (t) => {
  const stage = await staged(t);
  const { becomes, host, replaced, script, server } = stage;
  script("first", [say("First.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:first now." });
  await becomes(session, "ready");
  await host.kill(session);
  await eventually("its end", async () => (await host.step(session)) === "killed", TURN_MS);
  replaced.getRestoreCommand = rejects;
  await assert.rejects(host.restore(session), { message: "out of order" });
  assert.equal(await host.step(session), "killed");
  replaced.getRestoreCommand = () => Promise.resolve(null);
  replaced.postLaunchSetup = rejects;
  assert.equal((await host.restore(session)).isResumed, false);
  assert.notEqual(await goesOn(stage, session, "second"), server.threadOf("first"));
});
