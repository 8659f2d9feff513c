/** What the command must report of a lab's home: the ledger, joined with the files that exist. */
import { realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { rolloutFiles } from "./rollout-files.mjs";
import { sumUsage } from "./usage.mjs";
import { isAtMost } from "./versions.mjs";
import { zstdText } from "./zstd.mjs";

/** Until here there is no `turn_context`: no record names a model, or where a turn ran. */
export const NO_TURN_CONTEXT_UNTIL = "0.34.0";
const UNKNOWN_MODEL = "unknown";

/** From here on rollouts name the tier of every turn, a thread's first one too. */
const TIERS_SINCE = "0.169.0";

/**
 * `{ threads, workspaces, resumable, lost }`: `threads` as `differences` wants them, `workspaces`
 * what turns cost by where they ran, `resumable` the thread to go on with in each workspace, `lost`
 * the threads that should have a rollout but do not.
 */
export const expectationsOf = async (lab) => {
  lab.noteSubagents();
  const responses = lab.ledger.writtenDown().map((entry) => asReported(entry, lab.threads));
  const allFiles = await rolloutFiles(lab.codexHome);
  const files = groupBy(allFiles, (file) => file.threadId);
  const counted = responses.filter(({ threadId }) => files.has(threadId));
  const byThread = groupBy(counted, ({ threadId }) => threadId);
  return {
    threads: [...files].map(([threadId, ownFiles]) => ({
      threadId,
      ...lab.threads.get(threadId),
      archived: ownFiles.every(({ archived }) => archived),
      models: usageBy(byThread.get(threadId) ?? [], ({ model }) => model),
      tiers: isAtMost(TIERS_SINCE, lab.version)
        ? usageBy(byThread.get(threadId) ?? [], ({ tier }) => tier)
        : null,
    })),
    resumable: await newestByWorkspace(allFiles, lab.threads),
    workspaces: usageBy(counted, ({ workspace }) => realpathSync(workspace)),
    lost: [...new Set(responses.map(({ threadId }) => threadId))].filter((id) => !files.has(id)),
  };
};

/** A person talked to these; the others (`exec`, mcp) are taken only where there is none. */
const isInteractive = (source) => source === undefined || ["cli", "vscode"].includes(source);

/**
 * `{ workspace: threadId }`: as Codex's own `resume --last`, a thread that a person talked to before any other, and of
 * these the one whose last record is newest; no subagent's and nothing archived.
 */
async function newestByWorkspace(files, threads) {
  const newest = new Map();
  for (const { path, threadId, archived } of files) {
    const thread = threads.get(threadId);
    if (archived || thread === undefined || thread.kind === "subagent") continue;
    const workspace = realpathSync(thread.workspace);
    const text = path.endsWith(".zst") ? await zstdText(path) : await readFile(path, "utf8");
    const records = text.split("\n").flatMap((line) => parsed(line) ?? []);
    const at = records.findLast(({ timestamp }) => timestamp !== undefined)?.timestamp ?? "";
    const rank = `${isInteractive(records[0]?.payload?.source) ? 1 : 0} ${at}`;
    const { mtimeNs } = statSync(path, { bigint: true });
    const before = newest.get(workspace);
    const isNewer =
      before === undefined ||
      rank > before.rank ||
      (rank === before.rank && mtimeNs > before.mtimeNs);
    if (isNewer) newest.set(workspace, { rank, mtimeNs, threadId });
  }
  return Object.fromEntries([...newest].map(([workspace, { threadId }]) => [workspace, threadId]));
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function asReported(entry, threads) {
  if (!isAtMost(entry.version, NO_TURN_CONTEXT_UNTIL)) return entry;
  const { workspace } = threads.get(entry.threadId);
  return { ...entry, model: UNKNOWN_MODEL, workspace };
}

function usageBy(responses, keyOf) {
  const sums = [...groupBy(responses, keyOf)].map(([key, group]) => [
    key,
    sumUsage(group.map(({ usage }) => usage)),
  ]);
  return Object.fromEntries(sums);
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
