/** The doctor of somebody who runs Codex alone: nothing of an orchestrator is missed, and nothing fails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePatient, THREAD } from "./support/patient.mjs";

const FOR_ORCHESTRATORS = [
  "trust",
  "sandbox",
  "wrappers",
  "wrappers-first",
  "real-programs",
  "hooks",
  "agents-section",
  "metadata",
  "launch",
];

/** A machine on which nobody has ever installed an orchestrator. */
async function makeAlone(t) {
  const patient = await makePatient(t);
  const installed = [
    ".ao",
    ".agent-orchestrator",
    "app/agent-orchestrator.yaml",
    "app/worktree/AGENTS.md",
  ];
  for (const path of installed) patient.remove(path);
  return patient;
}

test("without an orchestrator doctor skips what is for one, and ends with 0", async (t) => {
  const patient = await makeAlone(t);
  const { code, stderr, ok, checks } = await patient.examine();
  assert.deepEqual({ code, stderr, ok }, { code: 0, stderr: "", ok: true });
  const skipped = checks.filter(({ status }) => status !== "ok");
  assert.deepEqual(
    skipped,
    FOR_ORCHESTRATORS.map((id) => ({
      id,
      status: "skip",
      found: "for agents of an orchestrator, and there is none here",
      remedy: null,
    })),
  );
  assert.equal(checks.find(({ id }) => id === "resume").found, `codex resume ${THREAD}`);
});

test("what doctor says on a machine without an orchestrator speaks of none but to skip its checks", async (t) => {
  const patient = await makeAlone(t);
  const { code, stdout } = await patient.print();
  assert.equal(code, 0);
  const said = stdout
    .split("\n")
    .filter((line) => /orchestrator|session|wrapper|restore|AO_/.test(line));
  assert.deepEqual(
    said.filter(
      (line) => !line.startsWith("skip ") && !/skipped: there is no orchestrator/.test(line),
    ),
    [],
  );
});
