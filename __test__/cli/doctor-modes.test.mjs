/** What the doctor finds where mode bits keep the user out, and fixes. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { sessionOf } from "./support/breaks.mjs";
import { makePatient } from "./support/patient.mjs";

for (const [what, path, id] of [
  ["a Codex home", ".codex", "codex-home"],
  ["a directory of rollouts", ".codex/sessions", "codex-home"],
  ["a metadata file", ".agent-orchestrator/0123-app/sessions/app-1", "metadata"],
]) {
  test(`${id} finds ${what} that may not be read, and fixes its mode`, async (t) => {
    const patient = await makePatient(t);
    chmodSync(patient.path(path), 0o000);
    const env = sessionOf(patient);
    const before = await patient.examineUnprivileged([], env);
    const ids = before.ill.map((check) => check.id);
    assert.ok(ids.includes(id), JSON.stringify(before.ill));
    assert.match(before.ill.find((check) => check.id === id).remedy, /^chmod u\+rw/);
    const { fixed } = await patient.examineUnprivileged(["--fix"], env);
    assert.deepEqual(
      fixed.map((one) => one.id),
      [id],
    );
    assert.ok((statSync(patient.path(path)).mode & 0o600) === 0o600);
    assert.deepEqual((await patient.examineUnprivileged(["--fix"], env)).fixed, []);
  });
}

test("cache finds a directory that may not be written, and fixes its mode", async (t) => {
  const patient = await makePatient(t);
  mkdirSync(patient.path(".cache/ao-codex"), { recursive: true });
  chmodSync(patient.path(".cache/ao-codex"), 0o500);
  const before = await patient.examineUnprivileged();
  assert.deepEqual(
    before.ill.map((check) => [check.id, check.status]),
    [["cache", "warn"]],
  );
  const after = await patient.examineUnprivileged(["--fix"]);
  assert.deepEqual([after.ill, after.fixed.map((one) => one.id)], [[], ["cache"]]);
  assert.ok(existsSync(patient.path(".cache/ao-codex")));
});
