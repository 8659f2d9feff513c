import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { saidDuring } from "./support/said.mjs";
import { sessionOf } from "./support/session.mjs";
import { makeWorld } from "./support/world.mjs";

const WRAPPERS = [".ao-version", "ao-codex-hook", "ao-metadata-helper.sh", "gh", "git"];

const wrappersOf = async ({ aoHome }) => (await readdir(join(aoHome, "bin"))).toSorted();

test("a launched session gets the wrappers, and a section in the AGENTS.md of its workspace", async (t) => {
  const world = await makeWorld(t);
  const workspacePath = await world.directory("tree");
  await world.write("tree/AGENTS.md", "# Ours\n");
  const agent = create();
  await agent.postLaunchSetup(sessionOf({ workspacePath }));
  assert.deepEqual(await wrappersOf(world), WRAPPERS);
  assert.equal((await stat(join(world.aoHome, "bin/git"))).mode & 0o777, 0o755);
  const first = await readFile(join(workspacePath, "AGENTS.md"), "utf8");
  assert.equal(first.startsWith("# Ours\n"), true);
  assert.equal(first.includes("update_ao_metadata"), true);

  await agent.postLaunchSetup(sessionOf({ workspacePath }));
  assert.equal(await readFile(join(workspacePath, "AGENTS.md"), "utf8"), first);
});

test("a project of the orchestrator's own session gets the same", async (t) => {
  const world = await makeWorld(t);
  const project = await world.directory("project");
  await create().setupWorkspaceHooks(project, { dataDir: world.path("data") });
  assert.deepEqual(await wrappersOf(world), WRAPPERS);
  assert.equal((await readFile(join(project, "AGENTS.md"), "utf8")).length > 0, true);
});

test("the wrappers go below a configured home of the orchestrator", async (t) => {
  const world = await makeWorld(t);
  const aoHome = world.path("elsewhere");
  await create({ aoHome }).postLaunchSetup(sessionOf());
  assert.deepEqual(await wrappersOf({ aoHome }), WRAPPERS);
});

test("the section can be turned off, by an option or the environment", async (t) => {
  const world = await makeWorld(t);
  const workspacePath = await world.directory("tree");
  await create({ agentsSection: false }).postLaunchSetup(sessionOf({ workspacePath }));
  process.env.AO_CODEX_AGENTS_SECTION = "false";
  t.after(() => delete process.env.AO_CODEX_AGENTS_SECTION);
  await create().postLaunchSetup(sessionOf({ workspacePath }));
  assert.deepEqual(await readdir(workspacePath), []);
  assert.deepEqual(await wrappersOf(world), WRAPPERS);
});

test("a home that cannot be written is said in one line, and the launch goes on", async (t) => {
  const world = await makeWorld(t);
  const workspacePath = await world.directory("tree");
  await world.write("home/.ao", "a file where a directory should be");
  const agent = create();
  const lines = await saidDuring(t, async () => {
    await agent.postLaunchSetup(sessionOf({ workspacePath }));
    await agent.setupWorkspaceHooks(workspacePath, { dataDir: world.root });
  });
  assert.deepEqual(
    lines.map((line) => /^ao-codex: cannot install the wrappers: [^\n]+\n$/.test(line)),
    [true, true],
  );
  assert.deepEqual(await readdir(workspacePath), ["AGENTS.md"]);
});

test("a workspace that is not there is said in one line, and the wrappers are installed", async (t) => {
  const world = await makeWorld(t);
  const workspacePath = world.path("nowhere/at/all");
  const agent = create();
  const lines = await saidDuring(t, () => agent.postLaunchSetup(sessionOf({ workspacePath })));
  assert.deepEqual(
    lines.map((line) => /^ao-codex: cannot add the section to the AGENTS.md of /.test(line)),
    [true],
  );
  assert.deepEqual(await wrappersOf(world), WRAPPERS);
});
