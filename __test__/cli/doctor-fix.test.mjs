/** `--fix` fixes what is safe to fix, says so, and finds nothing more to do the next time. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makePatient } from "./support/patient.mjs";

/** [what is broken, how, the check that fixes it, what it says it did] */
const FIXED = [
  [
    "no wrappers",
    (patient) => patient.remove(".ao"),
    "wrappers",
    "installed the wrappers in ~/.ao/bin",
  ],
  [
    "a wrapper that is gone",
    (patient) => patient.remove(".ao/bin/git"),
    "wrappers",
    "installed the wrappers in ~/.ao/bin",
  ],
  [
    "a wrapper that is not executable",
    (patient) => chmodSync(join(patient.bin, "git"), 0o600),
    "wrappers",
    "installed the wrappers in ~/.ao/bin",
  ],
  [
    "wrappers of an older version",
    (patient) => patient.write(".ao/bin/.ao-version", "@ao/plugin-codex 0.0.1 0123456789abcdef\n"),
    "wrappers",
    "installed the wrappers in ~/.ao/bin",
  ],
  [
    "a wrapper that somebody changed",
    (patient) => patient.write(".ao/bin/gh", `${patient.text(".ao/bin/gh")}# mine\n`, 0o755),
    "wrappers",
    "installed the wrappers in ~/.ao/bin",
  ],
  [
    "an AGENTS.md without the section",
    (patient) => patient.write(join(patient.workspace, "AGENTS.md"), "# Mine\n"),
    "agents-section",
    "added the section to ~/app/worktree/AGENTS.md",
  ],
  [
    "a lock that a process left behind",
    (patient) => {
      const lock = patient.write(`${patient.metadataPath}.lock`, "");
      utimesSync(lock, new Date(0), new Date(0));
    },
    "metadata",
    "removed ~/.agent-orchestrator/0123-app/sessions/app-1.lock",
  ],
];

for (const [what, damage, id, done] of FIXED) {
  test(`fixes ${what}`, async (t) => {
    const patient = await makePatient(t);
    damage(patient);
    const { code, ok, ill, fixed } = await patient.examine(["--fix"]);
    assert.deepEqual(
      { code, ok, ill, fixed },
      { code: 0, ok: true, ill: [], fixed: [{ id, done }] },
    );
    assert.deepEqual((await patient.examine(["--fix"])).fixed, []);
  });
}

test("fixes wrappers that others may write", async (t) => {
  const patient = await makePatient(t);
  chmodSync(patient.bin, 0o777);
  const { ill, fixed } = await patient.examine(["--fix"]);
  assert.deepEqual(
    [ill, fixed],
    [[], [{ id: "wrappers", done: `gave ${patient.bin} the mode 700` }]],
  );
});

test("creates a CODEX_HOME that was named, for the user alone", async (t) => {
  const patient = await makePatient(t);
  const home = patient.path("new/codex");
  const { fixed } = await patient.examine(["--fix"], { CODEX_HOME: home });
  assert.deepEqual(fixed, [{ id: "codex-home", done: "created ~/new/codex" }]);
  assert.equal(statSync(home).mode & 0o777, 0o700);
});

for (const [whose, marker, done] of [
  ["the orchestrator's", "0.1.1\n", ["installed the wrappers in ~/.ao/codex/bin"]],
  ["a newer version's", "@ao/plugin-codex 99.0.0 0123456789abcdef\n", []],
]) {
  test(`leaves ${whose} wrappers alone`, async (t) => {
    const patient = await makePatient(t);
    patient.write(".ao/bin/.ao-version", marker);
    patient.write(".ao/bin/git", "#!/bin/sh\n# theirs\n", 0o755);
    const { fixed } = await patient.examine(["--fix"]);
    assert.deepEqual(
      fixed.map((one) => one.done),
      done,
    );
    assert.equal(patient.text(".ao/bin/git"), "#!/bin/sh\n# theirs\n");
  });
}

test("leaves a foreign file among our wrappers alone", async (t) => {
  const patient = await makePatient(t);
  patient.write(".ao/bin/git", "#!/bin/sh\n# mine alone\nexec /usr/bin/git\n", 0o755);
  const { ill, fixed } = await patient.examine(["--fix"]);
  assert.deepEqual(fixed, []);
  assert.deepEqual(
    ill.map(({ id, remedy }) => [id, remedy]),
    [["wrappers", "ao-codex wrappers install --force replaces them"]],
  );
});

test("leaves the AGENTS.md of a directory that is no session's alone", async (t) => {
  const patient = await makePatient(t);
  patient.remove(".agent-orchestrator");
  patient.write(join(patient.workspace, "AGENTS.md"), "# Mine\n");
  assert.deepEqual((await patient.examine(["--fix"])).fixed, []);
  assert.equal(readFileSync(join(patient.workspace, "AGENTS.md"), "utf8"), "# Mine\n");
});

const AN_HOUR_MS = 60 * 60_000;

for (const [what, make, offsetMs, found, isTaken] of [
  ["a file from the future", (path) => writeFileSync(path, ""), AN_HOUR_MS, /behind$/, true],
  ["an old directory", (path) => mkdirSync(path), -AN_HOUR_MS, /is no file, and in the way/, true],
  ["a new directory", (path) => mkdirSync(path), 0, /is no file, and in the way/, false],
  [
    "an old link",
    (path) => symlinkSync("/none", path),
    -AN_HOUR_MS,
    /is no file, and in the/,
    true,
  ],
])
  test(`a lock that is ${what} is shown, and ${isTaken ? "taken" : "left"}`, async (t) => {
    const patient = await makePatient(t);
    const lock = `${patient.metadataPath}.lock`;
    make(lock);
    const time = new Date(Date.now() + offsetMs);
    lutimesSync(lock, time, time);
    const { ill } = await patient.examine();
    assert.deepEqual(
      ill.map(({ id, status }) => [id, status]),
      [["metadata", "warn"]],
    );
    assert.match(ill[0].found, found);
    const { fixed } = await patient.examine(["--fix"]);
    assert.deepEqual(
      fixed.map(({ id }) => id),
      isTaken ? ["metadata"] : [],
    );
    assert.equal(lstatSync(lock, { throwIfNoEntry: false }) === undefined, isTaken);
  });

test("leaves a fresh lock alone: somebody is writing", async (t) => {
  const patient = await makePatient(t);
  const lock = patient.write(`${patient.metadataPath}.lock`, "");
  assert.deepEqual((await patient.examine(["--fix"])).fixed, []);
  assert.ok(existsSync(lock));
});

test("says what it did before the checks", async (t) => {
  const patient = await makePatient(t);
  patient.remove(".ao");
  const { stdout } = await patient.print(["--fix"], { NO_COLOR: "1" });
  const [first, second] = stdout.split("\n");
  assert.equal(first, "fixed wrappers: installed the wrappers in ~/.ao/bin");
  assert.match(second, /^ok {4}addon /);
  assert.ok(stdout.endsWith("\nAll 20 checks passed.\n"), stdout);
});

test("installs the hook's program beside a newer version's wrappers, which stay", async (t) => {
  const patient = await makePatient(t);
  const marker = "@ao/plugin-codex 99.0.0 0123456789abcdef\n";
  patient.write(".ao/bin/.ao-version", marker);
  patient.remove(".ao/bin/ao-codex-hook");
  const before = await patient.examine();
  assert.deepEqual(
    before.ill.map(({ id, status }) => [id, status]),
    [
      ["wrappers", "warn"],
      ["hooks", "warn"],
    ],
  );
  assert.match(before.ill[1].remedy, /^ao-codex doctor --fix installs it/);
  const { ill, fixed } = await patient.examine(["--fix"]);
  assert.deepEqual(
    ill.map(({ id }) => id),
    ["wrappers"],
  );
  assert.deepEqual(fixed, [{ id: "hooks", done: "installed ~/.ao/bin/ao-codex-hook" }]);
  assert.equal(patient.text(".ao/bin/.ao-version"), marker);
});
