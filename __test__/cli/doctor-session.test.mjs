/** The doctor in a session's terminal, whose PATH is another than the orchestrator's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../support/command.mjs";
import { whenOver } from "../support/home.mjs";
import { makePatient } from "./support/patient.mjs";

/** A session of tmux's that runs this command; what a process in it has in its environment. */
const inTmux = async (t, patient, command) => {
  // Sockets of tmux have short paths only.
  const env = { ...patient.env, TMUX: undefined, TMUX_TMPDIR: patient.root };
  whenOver(t, () => run("tmux", ["kill-server"], { env }));
  const { code, stderr } = await run("tmux", ["new-session", "-d", "-s", "app-1", command], {
    env,
  });
  assert.deepEqual([code, stderr], [0, ""]);
  return {
    ...env,
    AO_SESSION: "app-1",
    AO_DATA_DIR: patient.dataDir,
    AO_TMUX_NAME: "app-1",
  };
};

const binaryOf = ({ checks, ill }) => [
  checks.find(({ id }) => id === "codex-binary").found,
  ill.map(({ id }) => id),
];

test("a Codex that an interpreter runs, in a folder with a space, is the session's", async (t) => {
  const patient = await makePatient(t);
  const real = patient.codex({ at: "elsewhere/codex" });
  patient.remove("bin/codex");
  const launcher = patient.program(
    "my programs/codex",
    `case $# in 0) sleep 60;; *) exec "${real}" "$@";; esac`,
  );
  const env = await inTmux(t, patient, `'${launcher}'`);
  assert.deepEqual(binaryOf(await patient.examine([], env)), [
    "~/my programs/codex, which runs in this session",
    [],
  ]);
});

test("a Codex that is named counts before the one that runs", async (t) => {
  const patient = await makePatient(t);
  const named = patient.codex({ at: "named/codex" });
  const running = patient.program("running/codex", "sleep 60");
  const env = await inTmux(t, patient, running);
  const report = await patient.examine([], { ...env, AO_CODEX_BINARY: named });
  assert.deepEqual(binaryOf(report), ["~/named/codex", []]);
});

test("what runs in another session does not count", async (t) => {
  const patient = await makePatient(t);
  const running = patient.program("running/codex", "sleep 60");
  const env = await inTmux(t, patient, running);
  const report = await patient.examine([], { ...env, AO_TMUX_NAME: "app-2" });
  assert.deepEqual(binaryOf(report), ["~/bin/codex", []]);
});
