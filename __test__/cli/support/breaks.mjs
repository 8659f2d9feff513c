/** Breaks one thing of a machine that is well: the doctor finds just that, and says what to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePatient } from "./patient.mjs";

/** A test for each `[what is broken, how, [the one check that is not ok, its status, what it found, its remedy]]`. */
export function findsEach(breaks) {
  for (const [what, damage, [id, status, found, remedy]] of breaks) {
    test(`${id} finds ${what}`, async (t) => {
      const patient = await makePatient(t);
      const { env = {}, besides = [] } = Object(damage(patient));
      const { ill } = await patient.examine([], env);
      const [first, ...others] = ill.filter((check) => !besides.includes(check.id));
      assert.deepEqual([others, first?.id, first?.status], [[], id, status], JSON.stringify(ill));
      assert.match(first.found, found);
      assert.match(first.remedy, remedy);
      assert.doesNotMatch(first.remedy, /\n/);
    });
  }
}

/** The environment of a command in the patient's session, as the launch composes it. */
export function sessionOf(patient) {
  return {
    AO_SESSION: "app-1",
    AO_DATA_DIR: patient.dataDir,
    PATH: `${patient.bin}:${patient.env.PATH}`,
    AO_CODEX_WRAPPERS: patient.bin,
    BASH_ENV: new URL("../../../shell/bash-env.sh", import.meta.url).pathname,
  };
}
