/** Values that only the shell of the session knows, on their way to Codex: whole, whatever is in them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import { parse } from "smol-toml";
import { ODD_VALUES } from "../support/odd-values.mjs";
import { readArguments, settingsOf } from "./support/arguments.mjs";
import { makeWorld } from "./support/world.mjs";
import { usePlainShell } from "./support/plain-shell.mjs";

const run = promisify(execFile);

const SHELLS = ["bash", "dash", "zsh"];

const SCRIPTS = fileURLToPath(new URL("../../shell", import.meta.url));

/** The settings that arrive of a command, as TOML, where all that its shell knows is below `directory`. */
const settingsIn = async (world, shell, directory, command) => {
  await run(shell, ["-c", command], {
    cwd: directory,
    env: {
      ...process.env,
      AO_SESSION: directory,
      AO_DATA_DIR: `${directory}/data`,
      GH_PATH: `${directory}/gh`,
      // Neither is for the shell that runs the command.
      ...(shell !== "bash" && { BASH_ENV: `${directory}/env` }),
      ...(shell !== "zsh" && { ZDOTDIR: directory }),
    },
  });
  const settings = Object.entries(settingsOf(await readArguments(world)));
  const text = settings.map(([key, value]) => `${key} = ${value}`).join("\n");
  // Without the prototypes of the parser.
  return JSON.parse(JSON.stringify(parse(text)));
};

const setIn = (world, shell, directory) => ({
  AO_SESSION: directory,
  AO_DATA_DIR: `${directory}/data`,
  GH_PATH: `${directory}/gh`,
  SHLVL: "1",
  AO_CODEX_WRAPPERS: `${world.aoHome}/bin`,
  BASH_ENV: `${SCRIPTS}/bash-env.sh`,
  AO_CODEX_USER_BASH_ENV: shell === "bash" ? "" : `${directory}/env`,
  ZDOTDIR: `${SCRIPTS}/zsh`,
  AO_CODEX_USER_ZDOTDIR: shell === "zsh" ? "" : directory,
});

const TRUSTED = { trust_level: "trusted" };

for (const shell of SHELLS) {
  test(`a clone of any name is opened, and its session's variables are set, in ${shell}`, async (t) => {
    const world = await makeWorld(t);
    await world.codex();
    const command = create().getLaunchCommand({
      sessionId: "app-1",
      permissions: "auto-edit",
      projectConfig: { name: "app", path: world.path("project"), workspace: "clone" },
    });
    for (const [what, name] of Object.entries(ODD_VALUES)) {
      const directory = await world.directory(name);
      const found = await settingsIn(world, shell, directory, command);
      assert.deepEqual(
        [found.shell_environment_policy, found.projects, found.permissions.ao.filesystem],
        [
          { set: setIn(world, shell, directory) },
          { [world.path("project")]: TRUSTED, [directory]: TRUSTED },
          {
            [`${directory}/.git`]: "write",
            [`${directory}/.git/hooks`]: "read",
            [`${directory}/.git/config`]: "read",
            [`${directory}/.git/config.worktree`]: "read",
            [`${directory}/data`]: "write",
          },
        ],
        what,
      );
    }
  });

  test(`an account whose shell is a plain sh gets PATH whole in ${shell}`, async (t) => {
    const world = await makeWorld(t);
    usePlainShell(t);
    await world.codex();
    const before = process.env.PATH;
    for (const [what, name] of Object.entries(ODD_VALUES)) {
      const aoHome = world.path(name, "ao");
      process.env.PATH = `${before}:${world.path(name)}`;
      const projectConfig = { path: world.root };
      const command = create({ aoHome }).getLaunchCommand({ sessionId: "app-1", projectConfig });
      const { shell_environment_policy } = await settingsIn(world, shell, world.root, command);
      assert.equal(shell_environment_policy.set.PATH, `${aoHome}/bin:${process.env.PATH}`, what);
    }
  });
}

test("a work tree of any name is opened in every shell, whoever knows of it", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const agent = create();
  const shared = ["objects", "refs", "logs", "worktrees/tree"];
  for (const [what, name] of Object.entries(ODD_VALUES)) {
    const path = await world.directory(`${name}/project`);
    const tree = world.path(name, "tree");
    await world.git("-C", path, "init", "-q");
    await world.git("-C", path, "commit", "-q", "--allow-empty", "-m", "first");
    await world.git("-C", path, "worktree", "add", "-q", tree);
    const launch = { sessionId: "app-1", permissions: "auto-edit", projectConfig: { path } };
    for (const workspacePath of [tree, undefined]) {
      const command = agent.getLaunchCommand({ ...launch, workspacePath });
      // What is known is in the command already.
      for (const shell of workspacePath === undefined ? SHELLS : ["bash"]) {
        const found = await settingsIn(world, shell, tree, command);
        assert.deepEqual(
          [found.projects, found.sandbox_workspace_write.writable_roots],
          [{ [path]: TRUSTED }, [...shared.map((one) => `${path}/.git/${one}`), `${tree}/data`]],
          `${what} in ${shell}`,
        );
      }
    }
  }
});
