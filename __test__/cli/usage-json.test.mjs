import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex, root } from "../support/command.mjs";

const HOME = ["--codex-home", join(root, "samples", "codex-home")];

// `ao-codex usage --json` is short of everything that Node would take long to load; behind another option it is not.
for (const options of [
  [],
  ["--by", "model"],
  ["--by=day", "--workspace", "/home/dev/shop"],
  ["--ao-home", "/nonexistent"],
  ["--since", "2026-01-01"],
  ["--by", "week"],
  ["--by"],
  ["--by", "day", "--by", "model"],
  ["--by", "week", "--by", "model"],
  ["--json=1"],
  ["--jsno"],
  ["more"],
  ["--help"],
  ["--codex-home", "/nonexistent"],
]) {
  test(`usage --json ${options.join(" ")} answers alike in either order of options and command`, async () => {
    const quick = await aoCodex(["usage", "--json", ...HOME, ...options]);
    const whole = await aoCodex([...HOME, "usage", "--json", ...options]);
    assert.deepEqual(quick, whole);
    assert.notEqual(quick.stdout + quick.stderr, "");
  });
}
