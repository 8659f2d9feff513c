/** The rollout files of a Codex home, by name alone: what the command must list, no more, no less. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

const ROLLOUT =
  /^rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-([0-9a-f-]{36})(?:_[0-9a-f-]{36})?\.jsonl(?:\.zst)?$/;

/** `[{ path, threadId, archived }]`, oldest name first. */
export const rolloutFiles = async (codexHome) => {
  const files = [];
  for (const folder of ["sessions", "archived_sessions"]) {
    for (const path of await filesBelow(join(codexHome, folder))) {
      const match = ROLLOUT.exec(basename(path));
      if (match === null) continue;
      files.push({ path, threadId: match[1], archived: folder === "archived_sessions" });
    }
  }
  return files.toSorted((left, right) => (basename(left.path) < basename(right.path) ? -1 : 1));
};

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
