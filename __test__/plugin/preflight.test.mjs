/** What is said before a spawn that could not succeed. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { withoutWaiting } from "./support/wait.mjs";
import { HANGS_S, makeWorld } from "./support/world.mjs";

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

/** Programs that hold their streams open in one way or another; npm's own Codex is a launcher with a child. */
const HANGING = {
  "hangs itself": `exec sleep ${HANGS_S}`,
  "has a child that hangs": `sleep ${HANGS_S}; exit 1`,
  "leaves a child behind that holds its streams": `sleep ${HANGS_S} & exit 1`,
  "ignores being told to end": `trap '' TERM INT HUP; sleep ${HANGS_S}; sleep ${HANGS_S}`,
};

for (const [what, does] of Object.entries(HANGING)) {
  test(`a Codex that ${what} keeps nobody from starting, and is not waited for`, async (t) => {
    const world = await worldOf(t);
    const agent = create();
    const context = { project: { name: "app", path: world.path("project") } };
    for (const body of [`case "$1" in --version) echo 1;; *) ${does};; esac`, does]) {
      await world.script("bin/codex", body);
      await withoutWaiting(() => agent.preflight(context));
    }
  });
}

test("a Codex that a signal ends, or that is no program, cannot be run", async (t) => {
  const world = await worldOf(t);
  await world.script("bin/codex", "kill -ILL $$");
  assert.match(await told(world), /codex cannot be run \(SIGILL\): /);
  await world.write("bin/codex", "\u007fELF and nothing else", 0o755);
  assert.match(await told(world), /codex cannot be run \((ENOEXEC|EACCES|\d+)\): /);
});

test("what a host leaves out, or gets wrong, keeps nobody from starting", async (t) => {
  const world = await worldOf(t);
  await codexThat(world, "exit 0");
  const agent = create();
  for (const project of [undefined, null, {}, { path: null }, { path: 7 }])
    assert.equal(await agent.preflight({ project }), undefined);
});

test("a provider that the project's own settings choose needs no login", async (t) => {
  const world = await worldOf(t);
  await codexThat(world, "echo 'Not logged in' >&2; exit 1");
  await world.write("home/.codex/config.toml", '[profiles.mine]\nmodel_provider = "mine"\n');
  const path = world.path("project");
  const said = (project, role = "worker") =>
    create()
      .preflight({ project: { name: "app", path, ...project }, intent: { role } })
      .then(
        () => null,
        ({ message }) => message,
      );
  assert.match(await said({}), /^Nobody is logged in/);
  assert.equal(await said({ agentConfig: { profile: "mine" } }), null);
  assert.equal(await said({ agentConfig: { config: { model_provider: "mine" } } }), null);
  const perRole = { worker: { agentConfig: { profile: "mine" } } };
  assert.equal(await said(perRole), null);
  assert.match(await said(perRole, "orchestrator"), /^Nobody is logged in/);
});
