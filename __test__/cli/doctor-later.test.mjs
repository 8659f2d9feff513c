/** The doctor beside a later orchestrator: projects in a registry, settings in files of their own, metadata in JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePatient } from "./support/patient.mjs";

const REGISTRY = "defaults: { agent: claude-code }\nprojects:\n  app: { path: ~/app }\n";
const OWN = "agent: codex\nagentConfig: { model: gpt-6-sol, permissions: auto-edit }\n";
const METADATA = ".agent-orchestrator/projects/app/sessions/app-1.json";

/** The patient as a later orchestrator keeps it, with its registry at `registry`. */
const later = async (t, { registry = ".agent-orchestrator/config.yaml", text = REGISTRY } = {}) => {
  const patient = await makePatient(t);
  patient.remove(".agent-orchestrator");
  patient.write(registry, text);
  patient.write("app/agent-orchestrator.yaml", OWN);
  const metadata = { worktree: patient.workspace, status: "working", lifecycle: { version: 2 } };
  patient.write(METADATA, JSON.stringify(metadata));
  return patient;
};

const foundBy = async (patient, env = {}) => {
  const { checks } = await patient.examine([], { ...patient.env, ...env });
  const found = Object.fromEntries(checks.map((check) => [check.id, check.found]));
  return { found, ill: checks.filter(({ status }) => status !== "ok").map(({ id }) => id) };
};

test("a project's own file says how its sessions are launched, and its metadata is found", async (t) => {
  const { found, ill } = await foundBy(await later(t));
  assert.deepEqual(
    [found["settings"], found["metadata"], ill],
    ["~/app/agent-orchestrator.yaml (app)", `~/${METADATA}`, []],
  );
  assert.match(found["launch"], / --ask-for-approval never --model gpt-6-sol /);
});

for (const [what, registry, env] of [
  ["in its home", ".agent-orchestrator/config.yaml", () => ({})],
  [
    "where XDG says",
    "xdg/agent-orchestrator/config.yaml",
    (home) => ({ XDG_CONFIG_HOME: `${home}/xdg` }),
  ],
  ["where it is named", "other.yaml", (home) => ({ AO_GLOBAL_CONFIG: `${home}/other.yaml` })],
]) {
  test(`a registry ${what} names the projects, and their own files say the rest`, async (t) => {
    const patient = await later(t, { registry });
    // Nothing on the way up from the work tree: a checkout of another branch.
    patient.remove("app/agent-orchestrator.yaml");
    patient.write("elsewhere/agent-orchestrator.yaml", OWN);
    patient.write(registry, `projects:\n  app: { path: ~/elsewhere }\n  web: { path: ~/web }\n`);
    const { found } = await foundBy(patient, env(patient.home));
    assert.equal(found["settings"], `~/${registry} (app)`);
    assert.match(found["launch"], / --model gpt-6-sol /);
  });
}

test("what is wrong in a project's own file is named by the project", async (t) => {
  const patient = await later(t);
  patient.write(
    "app/agent-orchestrator.yaml",
    "agent: codex\nworker: { agentConfig: { reasonningEffort: high } }\n",
  );
  const { found, ill } = await foundBy(patient);
  assert.match(found["settings"], /^app\.worker\.agentConfig\.reasonningEffort: /);
  assert.deepEqual(ill, ["settings"]);
});

test("a registry that is broken, or has odd entries, spoils no project that has a file", async (t) => {
  for (const text of ["projects: [", "projects: [1]\n", "projects: { app: 7 }\n", "text\n"]) {
    const { found } = await foundBy(await later(t, { text }));
    assert.equal(found["settings"], "~/app/agent-orchestrator.yaml (app)", text);
  }
});

test("a registry that is broken and all that there is, is said", async (t) => {
  const patient = await later(t, { text: "projects: [" });
  patient.remove("app/agent-orchestrator.yaml");
  const { found, ill } = await foundBy(patient);
  assert.match(found["settings"], /^~\/\.agent-orchestrator\/config\.yaml cannot be read: /);
  assert.deepEqual(ill, ["settings"]);
});

test("metadata that is no object is said", async (t) => {
  const patient = await later(t);
  for (const text of ["[]", "{", ""]) {
    patient.write(METADATA, text);
    const env = {
      AO_SESSION: "app-1",
      AO_DATA_DIR: patient.path(".agent-orchestrator/projects/app/sessions"),
    };
    const { found } = await foundBy(patient, env);
    assert.match(found["metadata"], /is not a JSON object$/, text);
  }
});
