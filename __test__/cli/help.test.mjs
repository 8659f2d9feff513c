import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { aoCodex, root } from "../support/command.mjs";

for (const command of ["sessions", "usage", "resume", "doctor"]) {
  test(`${command} --help says every option, the global ones too, and gives an example`, async () => {
    const { code, stdout, stderr } = await aoCodex([command, "--help"]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    for (const text of [
      "--workspace <path>",
      "--json",
      "--codex-home <dir>",
      "--ao-home <dir>",
      "Example:",
      `$ `,
    ])
      assert.ok(stdout.includes(text), `${text} is not in\n${stdout}`);
  });
}

test("--help names every command and gives an example", async () => {
  const { code, stdout } = await aoCodex(["--help"]);
  assert.equal(code, 0);
  for (const text of ["sessions ", "usage ", "resume ", "doctor ", "Example:"])
    assert.ok(stdout.includes(text), stdout);
});

test("the examples of the help are command lines that the program takes", async () => {
  const pages = await Promise.all(
    [[], ["sessions"], ["usage"], ["resume"]].map((args) => aoCodex([...args, "--help"])),
  );
  const examples = pages.map(({ stdout }) =>
    /ao-codex ([a-z]+ [^")\n]*)/.exec(stdout.split("Example:")[1])[1].split(" "),
  );
  const codes = await Promise.all(
    examples.map(
      async (args) =>
        (await aoCodex([...args, "--codex-home", "samples/codex-home"], { cwd: root })).code,
    ),
  );
  // 1, not 2: the workspaces of the examples have no thread to resume.
  assert.deepEqual(codes, [0, 0, 0, 1]);
});

test("--version is the version of the package", async () => {
  const { version } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  assert.deepEqual(await aoCodex(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
});
