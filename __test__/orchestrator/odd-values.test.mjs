/** What the real Codex makes of the values that a launch hands on, whatever is in them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { AppServer } from "../codex/app-server.mjs";
import { installCodex } from "../codex/install.mjs";
import { readArguments, settingsOf } from "../plugin/support/arguments.mjs";
import { makeWorld } from "../plugin/support/world.mjs";
import { ODD_VALUES } from "../support/odd-values.mjs";
import { SANDBOXED } from "./support/versions.mjs";

const run = promisify(execFile);

/** The variables and the sandbox that a launch in this directory sets, in TOML. */
const launchedIn = async (world, directory) => {
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    permissions: "auto-edit",
    projectConfig: { name: "app", path: world.path("project"), workspace: "clone" },
  });
  const env = { ...process.env, AO_DATA_DIR: `${directory}/data` };
  await run("sh", ["-c", command], { cwd: directory, env });
  const settings = settingsOf(await readArguments(world));
  return [settings["shell_environment_policy.set.AO_DATA_DIR"], settings["permissions.ao"]];
};

/** The configuration of a Codex that was started with these flags. */
const configWith = async (binary, world, flags) => {
  const server = await AppServer.start(binary, { cwd: world.root, env: process.env, flags });
  try {
    return (await server.request("config/read", { includeLayers: false })).config;
  } finally {
    await server.stop();
  }
};

for (const version of SANDBOXED) {
  test(`Codex ${version} reads every value that a launch hands on as it is`, async (t) => {
    const binary = await installCodex(version);
    const world = await makeWorld(t);
    await world.codex({ version });
    await world.directory("home/.codex");
    const flags = ["-c", 'default_permissions="v0"'];
    const expected = [];
    for (const [index, name] of Object.values(ODD_VALUES).entries()) {
      const directory = await world.directory(name);
      const [variable, profile] = await launchedIn(world, directory);
      flags.push("-c", `shell_environment_policy.set.V${index}=${variable}`);
      flags.push("-c", `permissions.v${index}=${profile}`);
      expected.push([
        `${directory}/data`,
        {
          [`${directory}/.git`]: "write",
          [`${directory}/.git/hooks`]: "read",
          [`${directory}/.git/config`]: "read",
          [`${directory}/.git/config.worktree`]: "read",
          [`${directory}/data`]: "write",
        },
      ]);
    }
    const { permissions, shell_environment_policy } = await configWith(binary, world, flags);
    const found = expected.map((_, index) => {
      const rules = Object.entries(permissions[`v${index}`].filesystem);
      return [
        shell_environment_policy.set[`V${index}`],
        Object.fromEntries(rules.filter(([, access]) => access !== null)),
      ];
    });
    assert.deepEqual(found, expected);
  });
}
