/**
 * The later line of the orchestrator where something fails: what it does then is what the plugin's answers make of it.
 */
import assert from "node:assert/strict";
import { access, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { after, say } from "../codex/steps.mjs";
import { saidDuring } from "../plugin/support/said.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { goesOn, laterStage, TURN_MS } from "./support/later-stage.mjs";

const isThere = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** A session that works for as long as the test asks of it. */
const working = async ({ becomes, host, script }) => {
  script("work", [after(120_000, say())]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:work now." });
  await becomes(session, "active");
  return session;
};

const ends = ({ host }, session) =>
  eventually("its end", async () => (await host.step(session)) === "killed", TURN_MS);

/** A session whose one turn is over, and that is dead. */
const dead = async (stage) => {
  const { becomes, host, script } = stage;
  script("first", [say("First.")]);
  const session = await host.spawn({ id: "app-1", prompt: "Follow script:first now." });
  await becomes(session, "ready");
  await host.kill(session);
  await ends(stage, session);
  return session;
};

test("a spawn that could not succeed is told why, and nothing is made", async (t) => {
  const { host, world } = await laterStage(t);
  await world.script("bin/codex", "exit 126");
  await assert.rejects(host.spawn({ id: "app-1", prompt: "x" }), {
    message: /^.*\/bin\/codex cannot be run \(126\): /,
  });
  assert.deepEqual(host.calls, ["preflight"]);
  assert.equal(await isThere(host.metadataPath("app-1")), false);
  assert.equal(await isThere(host.workspaceOf("app-1")), false);
});

test("homes that cannot be written keep no session from its work tree", async (t) => {
  const { becomes, host, script, world } = await laterStage(t);
  // The agent may still be at work there: it looks at its binary when it is made.
  await eventually(
    "a file in the home's place",
    async () => {
      await rm(world.path("home/.ao"), { recursive: true, force: true });
      const isPut = () => true;
      return world.write("home/.ao", "a file where a directory should be").then(isPut, () => false);
    },
    TURN_MS,
  );
  await world.write("cache-file", "another");
  process.env.XDG_CACHE_HOME = world.path("cache-file");
  script("work", [say("Done.")]);
  let session = null;
  await saidDuring(t, async () => {
    session = await host.spawn({ id: "app-1", prompt: "Follow script:work now." });
  });
  await becomes(session, "ready");
  assert.equal(await isThere(session.workspacePath), true);
});

/** Stands in front of the real tmux on PATH. */
const TMUX = {
  fails: "echo 'lost server' >&2; exit 1",
  hangs: "exec sleep 600",
  "says something else": "echo usage: tmux",
};

for (const [what, body] of Object.entries(TMUX)) {
  test(`while tmux ${what} a session is neither dead nor stuck, no answer is late, and it is known again afterwards`, async (t) => {
    const stage = await laterStage(t);
    const session = await working(stage);
    const { host, hostWith, world } = stage;
    await world.script("bin/tmux", body);
    // Whatever is remembered is of another process of the orchestrator.
    const fresh = hostWith(create());
    await saidDuring(t, async () => {
      for (let round = 0; round < 4; round += 1) {
        assert.equal(await fresh.step(session), "working");
        assert.equal((await fresh.look(session)).isLate, false);
      }
    });
    await rm(world.path("bin/tmux"));
    await eventually(
      "its turn",
      async () => (await fresh.look(session)).activity === "active",
      TURN_MS,
    );
    await host.kill(session);
    await ends({ host: fresh }, session);
  });
}

test("a session whose terminal is gone is dead, and not only unknown", async (t) => {
  const stage = await laterStage(t);
  const session = await working(stage);
  await stage.host.kill(session);
  await ends(stage, session);
  assert.equal((await stage.host.look(session)).activity, "exited");
});

test("a dead session whose thread was written down is not asked about again", async (t) => {
  const stage = await laterStage(t);
  const { host } = stage;
  const session = await dead(stage);
  assert.notEqual((await host.metadataOf("app-1")).codexThreadId, undefined);
  const before = host.calls.length;
  for (let round = 0; round < 3; round += 1)
    assert.equal((await host.look(session)).activity, "exited");
  assert.equal(host.calls.length, before);
});

test("a session whose rollout is gone starts a new thread, which is the one that is written down then", async (t) => {
  const stage = await laterStage(t);
  const { becomes, host, server, world } = stage;
  const session = await dead(stage);
  const first = server.threadOf("first");
  await rm(join(world.codexHome, "sessions"), { recursive: true });
  assert.equal((await host.restore(session)).isResumed, false);
  const second = await goesOn(stage, session, "second");
  assert.notEqual(second, first);
  await becomes(session, "ready");
  assert.equal((await host.metadataOf("app-1")).codexThreadId, second);
});

test("a Codex that answers nothing loses no restore", async (t) => {
  const stage = await laterStage(t);
  const { host, hostWith, server, world } = stage;
  const session = await dead(stage);
  const real = world.path("bin/codex.real");
  await rename(world.path("bin/codex"), real);
  // What it is asked hangs; a session does not.
  await world.script(
    "bin/codex",
    `case "$*" in *--help*|*--version*|app-server*|debug*) exec sleep 60;; esac\nexec "${real}" "$@"`,
  );
  const fresh = hostWith(create());
  await saidDuring(t, async () => {
    assert.equal((await fresh.restore(session)).isResumed, true);
  });
  assert.equal(await goesOn({ ...stage, host: fresh }, session, "more"), server.threadOf("first"));
  assert.deepEqual(await readdir(host.dataDirectory), ["app-1.json"]);
});
