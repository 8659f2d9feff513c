import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { fileURLToPath } from "node:url";
import { makeWorld } from "../plugin/support/world.mjs";

const run = promisify(execFile);
const SCRIPTS = fileURLToPath(new URL("../../shell/zsh", import.meta.url));

/** What a command sees that Codex starts in zsh, with `ZDOTDIR` as a launch sets it. */
const inZsh = async (world, { option, zdotdir = "", command }) => {
  const { stdout, stderr } = await run("zsh", [option, command], {
    env: {
      HOME: world.home,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      AO_CODEX_WRAPPERS: `${world.aoHome}/bin`,
      ZDOTDIR: SCRIPTS,
      AO_CODEX_USER_ZDOTDIR: zdotdir,
    },
  });
  assert.equal(stderr, "");
  return stdout.trim();
};

const startUpFiles = async (world, folder) => {
  await world.write(`${folder}/.zshenv`, "export SEEN=env\n");
  await world.write(`${folder}/.zprofile`, "SEEN+=,profile; PATH=/usr/bin:/bin\n");
  await world.write(`${folder}/.zshrc`, "SEEN+=,rc\n");
  await world.write(`${folder}/.zlogin`, "SEEN+=,login; PATH=/from/login:$PATH\n");
};

/** Options that change what a word of a start-up file is. */
const ODD_OPTIONS = "setopt sh_word_split glob_subst ksh_arrays\n";

const REPORT = "echo $SEEN $PATH ${ZDOTDIR-unset} ${(k)functions[(I)ao_codex*]}";

const EXPECTED = {
  "-c": ["env", "/usr/local/bin:/usr/bin:/bin"],
  "-lc": ["env,profile,login", "/from/login:/usr/bin:/bin"],
  "-ic": ["env,rc", "/usr/local/bin:/usr/bin:/bin"],
  "-lic": ["env,profile,rc,login", "/from/login:/usr/bin:/bin"],
};

for (const [option, [seen, path]] of Object.entries(EXPECTED)) {
  test(`zsh ${option} has the wrappers first and reads the user's files in their order`, async (t) => {
    const world = await makeWorld(t);
    await startUpFiles(world, "home");
    assert.equal(
      await inZsh(world, { option, command: REPORT }),
      `${seen} ${world.aoHome}/bin:${path} ${SCRIPTS}`,
    );
  });

  test(`zsh ${option} reads them in the user's own ZDOTDIR`, async (t) => {
    const world = await makeWorld(t);
    await startUpFiles(world, "my zsh");
    const zdotdir = world.path("my zsh");
    assert.equal(
      await inZsh(world, { option, zdotdir, command: REPORT }),
      `${seen} ${world.aoHome}/bin:${path} ${SCRIPTS}`,
    );
  });
}

test("zsh without any files of the user starts without a word", async (t) => {
  const world = await makeWorld(t);
  assert.match(await inZsh(world, { option: "-lc", command: "echo $PATH" }), /^[^:]+\/\.ao\/bin:/);
});

test("a user's options that split words and number arrays anew change neither the files nor the wrappers", async (t) => {
  const world = await makeWorld(t);
  await startUpFiles(world, "my zsh");
  await world.write("my zsh/.zshenv", `export SEEN=env\n${ODD_OPTIONS}`);
  const zdotdir = world.path("my zsh");
  assert.equal(
    await inZsh(world, { option: "-lc", zdotdir, command: 'echo "$SEEN $PATH"' }),
    `env,profile,login ${world.aoHome}/bin:/from/login:/usr/bin:/bin`,
  );
});

test("a zsh inside a zsh that has set PATH anew has the wrappers first, as Codex runs its commands", async (t) => {
  const world = await makeWorld(t);
  await startUpFiles(world, "home");
  const command = "export PATH=/usr/bin:/bin; exec zsh -c 'echo $PATH'";
  assert.equal(await inZsh(world, { option: "-c", command }), `${world.aoHome}/bin:/usr/bin:/bin`);
});
