/** Orchestrator configurations of random bytes: each is read, or what is wrong with it is said, in little time. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";

const PROGRAM = fileURLToPath(new URL("programs/read-configurations.mjs", import.meta.url));
const CASES = Number(process.env.CASES ?? 1_500);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** Each takes a millisecond; one that takes this long costs more than its size. */
const SECONDS = 120;

const reading = (folder, ...more) =>
  run("prlimit", [
    `--cpu=${SECONDS}`,
    "--nofile=64",
    process.execPath,
    "--max-old-space-size=256",
    PROGRAM,
    folder,
    ...more,
  ]);

test(`${CASES} configurations of mutated bytes are read or refused, one as quick as the other (seed ${SEED})`, async (t) => {
  const { code, stdout, stderr } = await reading(temporaryFolder(t), String(SEED), String(CASES));
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  assert.deepEqual(JSON.parse(stdout), { read: CASES, thrown: [] });
});

const KEPT = {
  "ten thousand open brackets": "[".repeat(10_000),
  "ten thousand open maps": "{a: ".repeat(10_000),
  "ten thousand levels": Array.from({ length: 2_000 }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
  "aliases that double twenty times": [
    "a0: &a0 [x, x]",
    ...Array.from({ length: 20 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`),
  ].join("\n"),
  "an alias of itself": "a: &a [*a]",
  "a map as a key": "? {a: b}\n: c\n? {a: b}\n: d\n",
  "a key that is the prototype":
    "__proto__: {agent: codex}\nprojects: {__proto__: {agent: codex}}\n",
  "tags that nobody knows": "a: !\u001b[31m b\nc: !!js/function 'x'\n",
  "merged keys": "base: &b {agent: codex}\nprojects:\n  a:\n    <<: *b\n",
};

for (const [what, text] of Object.entries(KEPT))
  test(`a configuration of ${what} is read or refused`, async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, "given.yaml");
    writeFileSync(file, text);
    const { code, stdout, stderr } = await reading(folder, file);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), { read: 1, thrown: [] });
  });
