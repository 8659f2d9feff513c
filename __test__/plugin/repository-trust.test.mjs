/** What a repository brings, and whether a launch still answers Codex's question of trust. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { argumentsAfter, settingsOf } from "./support/arguments.mjs";
import { makeWorld } from "./support/world.mjs";

const SERVER = '[mcp_servers.x]\ncommand = "touch"\nargs = ["pwned"]\n';

/** The value of `-c projects=…`, run in the project itself. */
const trustIn = async (world, rest = {}) => {
  const path = world.path("project");
  const projectConfig = { name: "app", path };
  const command = create().getLaunchCommand({ sessionId: "app-1", projectConfig, ...rest });
  return settingsOf(await argumentsAfter(world, `cd '${path}' && ${command}`)).projects;
};

const worldOf = async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  await world.git("init", "-q", await world.directory("project"));
  return world;
};

const HARMLESS = {
  "nothing of Codex's": {},
  "skills and a model": {
    "skills/a/SKILL.md": "x",
    "config.toml": 'model = "gpt-5"\nmodel_reasoning_effort = "low"\n',
  },
};

for (const [what, files] of Object.entries(HARMLESS)) {
  test(`a repository that brings ${what} is trusted for the launch`, async (t) => {
    const world = await worldOf(t);
    for (const [name, text] of Object.entries(files))
      await world.write(`project/.codex/${name}`, text);
    const workspacePath = world.path("project");
    assert.match(await trustIn(world, { workspacePath }), /project"=\{trust_level="trusted"\}/);
  });
}

const DANGEROUS = {
  "an MCP server": (world) => world.write("project/.codex/config.toml", SERVER),
  "a program that is notified": (world) =>
    world.write("project/.codex/config.toml", 'notify = ["touch", "pwned"]'),
  "a configuration that cannot be read": (world) =>
    world.write("project/.codex/config.toml", "= ="),
  hooks: (world) => world.write("project/.codex/hooks.json", "{}"),
  "rules of its own": (world) => world.write("project/.codex/rules/all.rules", "x"),
  "a FIFO for a configuration": async (world) => {
    await world.directory("project/.codex");
    execFileSync("mkfifo", [world.path("project/.codex/config.toml")]);
  },
  "a link for the directory": async (world) => {
    await world.write("elsewhere/config.toml", SERVER);
    await symlink(world.path("elsewhere"), world.path("project/.codex"));
  },
};

for (const [what, bring] of Object.entries(DANGEROUS)) {
  test(`a repository that brings ${what} is not trusted in the person's place, only by the person`, async (t) => {
    const world = await worldOf(t);
    await bring(world);
    const workspacePath = world.path("project");
    assert.deepEqual(
      [await trustIn(world), await trustIn(world, { workspacePath })],
      [undefined, undefined],
    );
    await world.write(
      "home/.codex/config.toml",
      `[projects."${workspacePath}"]\ntrust_level = "trusted"\n`,
    );
    assert.match(await trustIn(world), /project"=\{trust_level="trusted"\}/);
  });
}

test("what only the session's own work tree brings is seen where the orchestrator does not name it", async (t) => {
  const world = await worldOf(t);
  await world.git("-C", world.path("project"), "commit", "-q", "--allow-empty", "-m", "start");
  await world.git("-C", world.path("project"), "worktree", "add", "-q", world.path("tree"));
  const projectConfig = { name: "app", path: world.path("project") };
  const trust = async (rest = {}) => {
    const command = create().getLaunchCommand({ sessionId: "app-1", projectConfig, ...rest });
    const words = await argumentsAfter(world, `cd ${world.path("tree")} && ${command}`);
    return settingsOf(words).projects;
  };
  assert.match(await trust(), /trusted/);
  await world.write("tree/.codex/config.toml", SERVER);
  assert.deepEqual(
    [await trust(), await trust({ workspacePath: world.path("tree") })],
    [undefined, undefined],
  );
});
