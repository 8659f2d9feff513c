import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withOutputs } from "../../scripts/write-readme.mjs";
import { root } from "../support/command.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");

test("the README shows each command at work", () => {
  const shown = [...readme.matchAll(/^\$ (ao-codex \w+)/gm)].map(([, command]) => command);
  assert.deepEqual(shown, ["ao-codex sessions", "ao-codex usage", "ao-codex resume"]);
});

test("what the README shows is what the commands print (else: node scripts/write-readme.mjs)", () => {
  assert.equal(withOutputs(readme), readme);
});
