/** Environments that no machine should have: the user's command is what it would be without us, and noted. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { makeSandbox, realGit } from "./sandbox.mjs";

const URL = "https://github.com/owner/repo/pull/7";

/** More than a megabyte of arguments. */
const MANY = Array.from({ length: 50_000 }, (_, index) => `there-is-no-such-file-${index}`);

for (const [what, env] of [
  ["a HOSTNAME with a newline", { HOSTNAME: "a\nb", HOST: "a\nb" }],
  ["a HOSTNAME of other signs", { HOSTNAME: "*$(touch pwned) ; \\" }],
  ["a locale that nobody has", { LC_ALL: "xx_YY.UTF-9", LANG: "zz" }],
  ["a UTF-8 locale", { LC_ALL: "C.UTF-8" }],
]) {
  for (const format of ["pairs", "json"]) {
    test(`with ${what} a branch is noted (${format})`, async (t) => {
      const sandbox = await makeSandbox(t, { format });
      const { status, stdout } = sandbox.run(sandbox.git, ["checkout", "-q", "-b", "feat/odd"], {
        env,
      });
      assert.deepEqual([status, stdout], [0, ""]);
      assert.equal(sandbox.metadata().branch, "feat/odd");
    });
  }
}

test("in a directory that is gone git says what it says without us", async (t) => {
  const sandbox = await makeSandbox(t);
  const script = 'mkdir gone && cd gone && rmdir ../gone && "$0" "$@"';
  const say = (program) => {
    const { status, stdout } = sandbox.run("/bin/sh", ["-c", script, program, "--version"]);
    return { status, stdout };
  };
  assert.deepEqual(say(sandbox.git), say(realGit));
  const { status } = sandbox.run("/bin/sh", ["-c", script, sandbox.git, "checkout", "-b", "x"]);
  assert.notEqual(status, 0);
  assert.equal(sandbox.metadata().branch, undefined);
});

test("50,000 arguments arrive, and what comes of them is noted", async (t) => {
  const sandbox = await makeSandbox(t);
  sandbox.program(`${sandbox.tools}/gh`, `#!/bin/sh\necho $#\necho ${URL}\n`);
  for (const words of [
    ["issue", "list"],
    ["pr", "create"],
  ]) {
    assert.equal(sandbox.metadata().pr, undefined);
    const { status, stdout } = sandbox.run(sandbox.gh, [...words, ...MANY]);
    assert.deepEqual([status, stdout], [0, `${MANY.length + 2}\n${URL}\n`]);
  }
  assert.equal(sandbox.metadata().pr, URL);
  assert.notEqual(sandbox.run(sandbox.git, ["checkout", "-b", "x", ...MANY]).status, 0);
  assert.equal(sandbox.metadata().branch, undefined);
});

for (const [what, byte] of [
  ["lines", "\\n"],
  ["one line", "x"],
]) {
  test(`100 MB of gh in ${what} go through, and what comes last is noted`, async (t) => {
    const sandbox = await makeSandbox(t);
    sandbox.program(
      `${sandbox.tools}/gh`,
      `#!/bin/sh\nhead -c 104857600 /dev/zero | tr '\\000' '${byte}'\nprintf '\\n%s\\n' ${URL}\n`,
    );
    const { status, stdout } = sandbox.run("/bin/sh", [
      "-c",
      '"$0" pr create --fill | wc -c',
      sandbox.gh,
    ]);
    assert.deepEqual([status, stdout.trim()], [0, String(104_857_600 + 2 + URL.length)]);
    assert.equal(sandbox.metadata().pr, URL);
  });
}
