/** A home that a normal user may only read: root, as which tests may run, could write to it all the same. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { run } from "../support/command.mjs";
import { whenOver } from "../support/home.mjs";
import { round, victim } from "./support/victim.mjs";

const COMMAND = fileURLToPath(new URL("../support/unprivileged-cli.mjs", import.meta.url));

/** Nobody may write anywhere below, and everybody may read. */
function makeReadOnly(t, path) {
  execFileSync("chmod", ["-R", "a-w,a+rX", path]);
  whenOver(t, () => execFileSync("chmod", ["-R", "u+w", path]));
}

test("what is asked in homes that may only be read is answered as in others", async (t) => {
  const machine = victim(t);
  const before = await round(machine);
  const other = victim(t);
  for (const path of [other.root, other.codexHome]) makeReadOnly(t, path);
  const after = await round(other, { asNobody: true });
  const { setup, after: again, recorded, ...said } = after.answers;
  // A launch goes on without what cannot be written, and says so.
  assert.deepEqual([setup, again, recorded], [null, null, null]);
  assert.match(after.stderr, /permission denied|EACCES|Permission denied/);
  const { setup: _, after: __, recorded: ___, ...expected } = before.answers;
  const plain = (answers, { root, codexHome }) =>
    JSON.parse(JSON.stringify(answers).replaceAll(root, "ROOT").replaceAll(codexHome, "CODEX"));
  assert.deepEqual(
    { ...plain(said, other), launch: null },
    { ...plain(expected, machine), launch: null },
  );
  assert.match(said.launch, / -- '?work'?$/);
});

for (const args of [["usage", "--json"], ["sessions", "--json"], ["limits"]])
  test(`ao-codex ${args.join(" ")} needs nothing that may be written`, async (t) => {
    const { codexHome, root } = victim(t);
    makeReadOnly(t, root);
    makeReadOnly(t, codexHome);
    const env = { HOME: root, XDG_CACHE_HOME: join(root, ".cache"), TZ: "UTC" };
    const line = [COMMAND, ...args, "--codex-home", codexHome];
    const { code, stderr, stdout } = await run(process.execPath, line, { env, cwd: "/" });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.notEqual(stdout, "");
  });
