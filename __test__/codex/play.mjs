/** Plays one scenario with one version and checks what the command makes of the result. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { exportUsage, killedExport, reportUsage, threadToResume } from "./ao-codex.mjs";
import { differences } from "./compare.mjs";
import { contradictions } from "./evidence.mjs";
import { expectationsOf } from "./expectations.mjs";
import { Lab } from "./lab.mjs";
import { sumUsage } from "./usage.mjs";

/** The hosts that share every home, and how long an export lives at most that is killed. */
const HOSTS = ["a", "b"];
const KILLED_WITHIN_MS = 150;

/** `{ version, name, milliseconds, threads, billed, reported, problems }`; no problem is a pass. */
export const play = async ({ version, scenario, seed, root, keep, exports }) => {
  const label = `${version}-${scenario.name}`;
  const folder = join(root, label);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const started = Date.now();
  const outcome = await playIn({ version, scenario, seed, folder, label, exports }).catch(
    (error) => ({
      problems: [`${error.message}`],
    }),
  );
  if (outcome.problems.length === 0 && !keep) await rm(folder, { recursive: true, force: true });
  return {
    version,
    name: scenario.name,
    milliseconds: Date.now() - started,
    threads: 0,
    billed: 0,
    reported: 0,
    ...outcome,
  };
};

async function playIn({ version, scenario, seed, folder, label, exports }) {
  const { features, config, retries, topLevel } = scenario;
  const settings = { features, config, retries, topLevel };
  const lab = await Lab.open({ folder, version, seed, label, settings });
  // Looking in between fills the command's cache with half-written threads, as a user's polls do.
  const where = { codexHome: lab.codexHome, folder };
  const exporting = exports === undefined ? null : exporter(exports, where);
  lab.afterEachStep = async () => {
    await reportUsage(where);
    await exporting?.();
  };
  try {
    await scenario.play(lab);
  } finally {
    await lab.close();
  }

  const expectations = await expectationsOf(lab);
  const { threads, lost } = expectations;
  const cold = join(folder, "cold");
  const warmReport = await reportUsage(where);
  const coldReport = await reportUsage({ codexHome: lab.codexHome, folder: cold });
  const expected = sumUsage(threads.flatMap((thread) => Object.values(thread.models)));
  return {
    threads: threads.length,
    billed: expected.totalTokens,
    reported: coldReport.totals.totalTokens,
    problems: [
      ...lab.model.surprises,
      ...lab.model.unused,
      ...lost.map((threadId) => `thread ${threadId} was billed but has no rollout`),
      ...(await contradictions(lab.ledger, lab.codexHome)).map(
        (text) => `the lab is wrong: ${text}`,
      ),
      ...((await scenario.problems?.(where)) ?? []),
      ...(await resumeDifferences(expectations.resumable, where)),
      ...differences(coldReport, expectations),
      ...differences(warmReport, expectations).map((text) => `with a warm cache: ${text}`),
    ],
  };
}

/** Exports a home whenever it is called, for one host after the other; the first time it is killed before. */
function exporter(directory, where) {
  let step = 0;
  return async () => {
    const as = { directory, host: HOSTS[step % HOSTS.length], ...where };
    if (step === 0)
      await killedExport({ ...as, timeout: 1 + Math.floor(Math.random() * KILLED_WITHIN_MS) });
    step += 1;
    await exportUsage(as);
  };
}

async function resumeDifferences(resumable, where) {
  const found = [];
  for (const [workspace, threadId] of Object.entries(resumable)) {
    const offered = await threadToResume(workspace, where);
    if (offered !== threadId) found.push(`resume in ${workspace} is ${offered}, not ${threadId}`);
  }
  return found;
}
