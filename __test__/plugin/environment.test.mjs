import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFile, symlink } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { argumentsAfter, settingsOf } from "./support/arguments.mjs";
import { makeWorld } from "./support/world.mjs";
import { usePlainShell } from "./support/plain-shell.mjs";

const environmentOf = (world, options, extra = {}) =>
  create(options).getEnvironment({
    sessionId: "app-1",
    projectConfig: { path: world.root },
    ...extra,
  });

test("a session's environment names the session and the issue, and the real gh", async (t) => {
  const world = await makeWorld(t);
  process.env.PATH = `${world.path("bin")}:/bin`;
  const gh = await world.script("bin/gh", "true");
  await world.script("home/.ao/bin/gh", "true");
  assert.deepEqual(environmentOf(world, {}, { issueId: "42" }), {
    AO_SESSION_ID: "app-1",
    AO_ISSUE_ID: "42",
    PATH: `${world.aoHome}/bin:${world.path("bin")}:/bin`,
    GH_PATH: gh,
    CODEX_DISABLE_UPDATE_CHECK: "1",
  });
});

test("what there is not is not in the environment", async (t) => {
  const world = await makeWorld(t);
  process.env.PATH = world.path("bin");
  await world.script("home/.ao/bin/gh", "true");
  assert.deepEqual(environmentOf(world), {
    AO_SESSION_ID: "app-1",
    PATH: `${world.aoHome}/bin:${world.path("bin")}`,
    CODEX_DISABLE_UPDATE_CHECK: "1",
  });
});

test("PATH has our directory first and every directory once, however it is spelled", async (t) => {
  const world = await makeWorld(t);
  await world.directory("home/.ao/bin");
  await symlink(world.path("home/.ao/bin"), world.path("link"));
  const bin = world.path("bin");
  process.env.PATH = [
    bin,
    `${world.aoHome}/bin/`,
    `${bin}/`,
    world.path("link"),
    "/none",
    "/none/",
    "/bin",
    "",
  ].join(":");
  assert.equal(environmentOf(world).PATH, `${world.aoHome}/bin:${bin}:/none:/bin`);
});

test("a configured Codex home and orchestrator's home reach the session", async (t) => {
  const world = await makeWorld(t);
  const codexHome = await world.directory("codex home");
  const aoHome = await world.directory("ao home");
  const environment = environmentOf(world, { codexHome, aoHome });
  assert.equal(environment.CODEX_HOME, codexHome);
  assert.equal(environment.PATH.startsWith(`${aoHome}/bin:`), true);
  process.env.CODEX_HOME = world.path("other");
  assert.equal(environmentOf(world).CODEX_HOME, world.path("other"));
});

/** What `bash -lc` sees when Codex starts it with the variables of a launch. */
const commandOfCodex = async (world, command, shell = "/bin/bash") => {
  await world.codex();
  const launch = create().getLaunchCommand({
    sessionId: "app-1",
    projectConfig: { path: world.root },
  });
  const prefix = "shell_environment_policy.set.";
  const settings = Object.entries(settingsOf(await argumentsAfter(world, launch, "sh")));
  const set = settings
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), JSON.parse(value)]);
  const env = { HOME: world.home, PATH: process.env.PATH, ...Object.fromEntries(set) };
  return execFileSync(shell, ["-lc", command], { env, encoding: "utf8" }).trim();
};

test("the wrappers come first in a login shell whose profile sets PATH anew, and in its children", async (t) => {
  const world = await makeWorld(t);
  const git = await world.script("home/.ao/bin/git", "true");
  await world.write("home/.bash_profile", "export PATH=/usr/bin:/bin FROM_PROFILE=yes\n");
  const command =
    "command -v git; sh -c 'command -v git'; bash -c 'command -v git'; bash -lc 'command -v git; echo $PATH'; echo $FROM_PROFILE";
  assert.deepEqual((await commandOfCodex(world, command)).split("\n"), [
    git,
    git,
    git,
    git,
    `${world.aoHome}/bin:/usr/bin:/bin`,
    "yes",
  ]);
});

test("the user's own BASH_ENV is read, also when it has to be expanded", async (t) => {
  const world = await makeWorld(t);
  await world.write(
    "home/my env.sh",
    "export FROM_USER=yes BASH_ENV=/of/the/user\nPATH=/from/user:$PATH\n",
  );
  await copyFile(world.path("home/my env.sh"), world.path('home/my "env".sh'));
  for (const value of [
    world.path("home/my env.sh"),
    "$HOME/my env.sh",
    world.path('home/my "env".sh'),
  ]) {
    process.env.BASH_ENV = value;
    assert.equal(
      await commandOfCodex(
        world,
        `echo "$FROM_USER \${PATH%%:/from/user*}"; bash -lc 'echo "\${PATH%%:*}"'`,
      ),
      `yes ${world.aoHome}/bin\n${world.aoHome}/bin`,
    );
  }
  process.env.BASH_ENV = "/nowhere/at/all";
  assert.equal(await commandOfCodex(world, "echo fine"), "fine");
});

test("a user whose shell is a plain sh keeps PATH as the session's terminal has it", async (t) => {
  const world = await makeWorld(t);
  usePlainShell(t);
  await world.codex();
  const launch = create().getLaunchCommand({
    sessionId: "app-1",
    projectConfig: { path: world.root },
  });
  const settings = settingsOf(await argumentsAfter(world, launch));
  assert.deepEqual(
    [settings.allow_login_shell, settings["shell_environment_policy.set.PATH"]],
    ["false", `"${world.aoHome}/bin:${process.env.PATH}"`],
  );
});
