/** What is said before a spawn that could not succeed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { makeWorld } from "./support/world.mjs";

const worldOf = async (t) => {
  const world = await makeWorld(t);
  await world.git("init", "-q", await world.directory("project"));
  for (const name of ["OPENAI_API_KEY", "CODEX_API_KEY"]) delete process.env[name];
  return world;
};

const codexThat = (world, login) =>
  world.script(
    "bin/codex",
    `case "$1" in --version) echo codex-cli 0.169.0;; login) ${login};; esac`,
  );

/** What the person is told; `null` where the spawn goes on. */
const told = (world, path = "project") =>
  create()
    .preflight({
      project: { name: "app", path: world.path(path) },
      intent: { role: "worker", willClaimExistingPR: false },
    })
    .then(
      () => null,
      ({ message }) => message,
    );

test("where nobody is logged in and no other provider is configured a spawn is told so", async (t) => {
  const world = await worldOf(t);
  await codexThat(world, "echo 'Not logged in' >&2; exit 1");
  assert.match(await told(world), /^Nobody is logged in to Codex, .*codex login\.$/);
  await world.write(
    "home/.codex/config.toml",
    'model_provider = "mine"\n[model_providers.mine]\nenv_key = "MINE"\n',
  );
  assert.equal(await told(world), null);
});

test("a machine without Codex, or with one that cannot be run, is told so", async (t) => {
  const world = await worldOf(t);
  process.env.PATH = "/usr/bin:/bin";
  assert.match(await told(world), /^Codex is not installed: /);
  await world.script("home/.local/bin/codex", "exit 126");
  process.env.PATH = `${world.path("home/.local/bin")}:/usr/bin:/bin`;
  assert.match(await told(world), /codex cannot be run \(126\): /);
});

test("a project that is no repository is told so", async (t) => {
  const world = await worldOf(t);
  await codexThat(world, "exit 0");
  await world.write("plain/.git", "gitdir: /nowhere\n");
  assert.equal(await told(world), null);
  assert.match(await told(world, "../../nowhere"), /is no git repository/);
});

test("what does not answer in time keeps nobody from starting, and is not waited for", async (t) => {
  const world = await worldOf(t);
  await codexThat(world, "exec sleep 60");
  const started = performance.now();
  assert.equal(await told(world), null);
  await world.script("bin/codex", "exec sleep 60");
  assert.equal(await told(world), null);
  assert.equal(performance.now() - started < 4_000, true);
});
