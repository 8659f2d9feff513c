/** What a session may write in a repository of its own: a clone, or the project's own checkout. */
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { parse } from "smol-toml";
import { argumentsAfter, flagsOf, settingsOf } from "./support/arguments.mjs";
import { makeWorld } from "./support/world.mjs";

/** The launch command's words of a session in a clone, whose directory is the world's own. */
const launched = async (world, { agentConfig = {}, workspace = "clone", ...given } = {}) => {
  const command = create().getLaunchCommand({
    sessionId: "app-1",
    permissions: "auto-edit",
    projectConfig: { name: "app", path: world.path("project"), workspace, agentConfig },
    ...given,
  });
  return argumentsAfter(world, command);
};

const profileOf = (words) => {
  const { default_permissions: name, ...settings } = settingsOf(words);
  assert.equal(name, '"ao"');
  assert.equal("sandbox_workspace_write.writable_roots" in settings, false);
  // Without the prototypes of the parser.
  return JSON.parse(JSON.stringify(parse(`ao = ${settings["permissions.ao"]}`).ao));
};

/** In a shell that does not say where the session's metadata is. */
const rulesOf = (clone, more = {}) => ({
  [`${clone}/.git`]: "write",
  [`${clone}/.git/hooks`]: "read",
  [`${clone}/.git/config`]: "read",
  [`${clone}/.git/config.worktree`]: "read",
  [`${clone}/.git/refs`]: "write",
  ...more,
});

test("a clone is opened without what runs commands, wherever the session learns of it", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  assert.deepEqual(profileOf(await launched(world)), {
    extends: ":workspace",
    filesystem: rulesOf(world.root),
    network: { enabled: true },
  });
  const clone = world.path('it\'s "a" clone');
  await world.directory(`it's "a" clone/.git`);
  assert.deepEqual(
    profileOf(await launched(world, { workspacePath: clone, permissions: "default" })),
    { extends: ":workspace", filesystem: rulesOf(clone) },
  );
});

test("the project's own checkout is opened as a clone is, and a link in place of .git is not", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  await world.directory("project/.git");
  const inPlace = { workspace: "worktree", workspacePath: world.path("project") };
  assert.deepEqual(
    profileOf(await launched(world, inPlace)).filesystem,
    rulesOf(world.path("project")),
  );
  await world.directory("linked");
  await symlink(world.path("project/.git"), world.path("linked/.git"));
  const settings = settingsOf(
    await launched(world, { ...inPlace, workspacePath: world.path("linked") }),
  );
  assert.equal(settings["default_permissions"], undefined);
});

test("a profile takes over what the person's own sandbox says, and names nothing twice", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const data = await world.directory("home/.agent-orchestrator/app/sessions");
  const own = await world.directory("own");
  await world.write(
    "home/.codex/config.toml",
    `default_permissions = "mine"
[sandbox_workspace_write]
writable_roots = ["${own}", "${data}"]
network_access = true
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
`,
  );
  process.env.AO_DATA_DIR = data;
  t.after(() => delete process.env.AO_DATA_DIR);
  const words = await launched(world, {
    permissions: "default",
    agentConfig: { addDirs: [own, "more"] },
  });
  assert.deepEqual(profileOf(words), {
    extends: "mine",
    filesystem: rulesOf(world.root, {
      ":slash_tmp": "read",
      ":tmpdir": "read",
      [own]: "write",
      [data]: "write",
      [world.path("project/more")]: "write",
    }),
    network: { enabled: true },
  });
});

test("a person who made the repository writable before names nothing twice", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const clone = world.path("clone");
  const git = await world.directory("clone/.git");
  const roots = [git, `${git}/hooks`, `${git}/refs`].map((path) => `"${path}"`);
  await world.write(
    "home/.codex/config.toml",
    `[sandbox_workspace_write]\nwritable_roots = [${roots.join(", ")}]\n`,
  );
  const words = await launched(world, { workspacePath: clone, agentConfig: { addDirs: [git] } });
  assert.deepEqual(profileOf(words), {
    extends: ":workspace",
    filesystem: rulesOf(clone),
    network: { enabled: true },
  });
});

test("the directory of the session's metadata is known to its shell", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  process.env.AO_DATA_DIR = world.path("data");
  t.after(() => delete process.env.AO_DATA_DIR);
  const { [`${world.root}/.git/refs`]: _, ...rules } = rulesOf(world.root);
  assert.deepEqual(profileOf(await launched(world)).filesystem, {
    ...rules,
    [world.path("data")]: "write",
  });
  process.env.AO_DATA_DIR = "/it's/odd";
  assert.deepEqual(profileOf(await launched(world)).filesystem, {
    ...rules,
    "/it's/odd": "write",
  });
});

test("a sandbox that is chosen by name is the profile where it is the same, and stays where it is not", async (t) => {
  const world = await makeWorld(t);
  await world.codex();
  const words = await launched(world, { agentConfig: { sandbox: "workspace-write" } });
  assert.deepEqual(flagsOf(words), ["--ask-for-approval", "never"]);
  assert.deepEqual(profileOf(words).filesystem, rulesOf(world.root));
  const narrow = await launched(world, { agentConfig: { sandbox: "read-only" } });
  assert.deepEqual(flagsOf(narrow), ["--sandbox", "read-only", "--ask-for-approval", "never"]);
  assert.equal(settingsOf(narrow)["default_permissions"], undefined);
  await world.write("home/.codex/config.toml", 'sandbox_mode = "danger-full-access"\n');
  assert.equal(settingsOf(await launched(world))["default_permissions"], undefined);
});

test("a Codex that knows no profiles, and permissions without a sandbox, get none", async (t) => {
  const world = await makeWorld(t);
  const isGiven = async (given) => "permissions.ao" in settingsOf(await launched(world, given));
  await world.codex({ version: "0.132.0" });
  assert.equal(await isGiven({}), false);
  await world.codex({ version: "0.144.6" });
  assert.equal(await isGiven({}), true);
  for (const permissions of ["permissionless", "skip", "suggest"])
    assert.equal(await isGiven({ permissions }), false, permissions);
  // What a person has allowed runs in the sandbox there.
  await world.codex({ version: "0.144.6", values: ["untrusted", "never"] });
  assert.equal(await isGiven({ permissions: "suggest" }), true);
});
