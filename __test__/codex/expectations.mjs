/** What the command must report of a lab's home: the ledger, joined with the files that exist. */
import { sep } from "node:path";

import { sumUsage } from "./usage.mjs";
import { isAtMost } from "./versions.mjs";
import { rolloutFiles } from "./rollout-files.mjs";

/** Until here no record names a model. */
const NO_MODELS_UNTIL = "0.34.0";
const UNKNOWN_MODEL = "unknown";

/** `{ threads, lost }`: `lost` are threads that were billed and should have a rollout, but do not. */
export const expectationsOf = async (lab) => {
  lab.noteSubagents();
  const written = lab.ledger.writtenDown();
  const files = byThread(await rolloutFiles(lab.codexHome));
  const threads = [...files].map(([threadId, ownFiles]) => ({
    threadId,
    ...lab.threads.get(threadId),
    archived: ownFiles.every(({ path }) => path.includes(`${sep}archived_sessions${sep}`)),
    models: modelsAsWritten(written[threadId] ?? {}, lab.version),
  }));
  const lost = Object.keys(written).filter((threadId) => !files.has(threadId));
  return { threads, lost };
};

function modelsAsWritten(models, version) {
  const usages = Object.values(models);
  if (usages.length === 0 || !isAtMost(version, NO_MODELS_UNTIL)) return models;
  return { [UNKNOWN_MODEL]: sumUsage(usages) };
}

function byThread(files) {
  const groups = new Map();
  for (const file of files) {
    groups.set(file.threadId, [...(groups.get(file.threadId) ?? []), file]);
  }
  return groups;
}
