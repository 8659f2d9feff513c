/**
 * Takes out what this package has put on the disk: wrappers and hook, sections of AGENTS.md, its lines of activity logs
 * and of git's exclude lists, its own files and its cache. Nothing that is not ours is touched, and no link is
 * followed.
 */

import { lstatSync, rmdirSync, rmSync } from "node:fs";
import type { Stats } from "node:fs";
import { join } from "node:path";
import type * as Addon from "../../../index.js";
import type { WorkspaceRemoval } from "../../../index.js";
import { isDirectory, isThere } from "../files.js";

export interface Removed {
  kind: "wrapper" | "agents-section" | "activity-log" | "git-exclude" | "files" | "cache";
  path: string;
}

/** Something that stays, and why. */
export interface Stayed {
  path: string;
  reason: string;
}

export interface Outcome {
  removed: Removed[];
  /** The things that are not ours to take. */
  kept: Stayed[];
  /** The things that could not be taken. */
  failed: Stayed[];
}

export interface Task {
  aoHome: string;
  workspaces: readonly string[];
  /** True if it is only said. */
  isDry: boolean;
}

type Native = Pick<
  typeof Addon,
  "places" | "removeActivityLog" | "removeAgentsSection" | "removeWrappers"
>;

/** The files that the plugin and the hook keep below `codex` in the orchestrator's home. */
const OWN_DIRECTORIES = ["events", "launch", "screen"];

export async function takeOut(
  native: Native,
  { aoHome, isDry, workspaces }: Task,
): Promise<Outcome> {
  const outcome: Outcome = { removed: [], kept: [], failed: [] };
  const attempt = async (path: string, work: () => Promise<void> | void) => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      outcome.failed.push({ path, reason });
    }
  };
  const tree = (kind: "files" | "cache", path: string) =>
    attempt(path, () => {
      const found = entryAt(path);
      if (found === null) return;
      if (!found.isDirectory()) {
        outcome.kept.push({ path, reason: "it is no directory of ours" });
        return;
      }
      // Links in it go, and what they lead to stays.
      if (!isDry) rmSync(path, { recursive: true });
      outcome.removed.push({ kind, path });
    });

  const hasShell = process.platform !== "win32";
  /** Work trees share one. */
  const excludeFiles = new Set<string>();
  for (const workspace of hasShell ? workspaces : []) {
    const options = { dryRun: isDry, besides: [...workspaces] };
    const note = (kind: Removed["kind"], { excludePath, path, ...removal }: WorkspaceRemoval) => {
      if (removal.outcome === "removed") outcome.removed.push({ kind, path });
      if (excludePath !== null) excludeFiles.add(excludePath);
    };
    await attempt(join(workspace, "AGENTS.md"), async () =>
      note("agents-section", await native.removeAgentsSection(workspace, options)),
    );
    await attempt(join(workspace, ".ao"), async () =>
      note("activity-log", await native.removeActivityLog(workspace, options)),
    );
  }
  for (const path of excludeFiles) outcome.removed.push({ kind: "git-exclude", path });
  if (hasShell)
    await attempt(join(aoHome, "bin"), async () => {
      const { files, left } = await native.removeWrappers({ aoHome, dryRun: isDry });
      outcome.removed.push(...files.map((path) => ({ kind: "wrapper" as const, path })));
      const whose = (path: string) =>
        isDirectory(path) ? "the wrappers there are not ours" : "it is another program's";
      outcome.kept.push(...left.map((path) => ({ path, reason: whose(path) })));
    });
  for (const name of OWN_DIRECTORIES) await tree("files", join(aoHome, "codex", name));
  const { cacheDirectory, userPrices } = await native.places();
  if (cacheDirectory !== null) await tree("cache", cacheDirectory);
  if (userPrices !== null && isThere(userPrices))
    outcome.kept.push({ path: userPrices, reason: "these are your prices" });
  if (!isDry)
    for (const directory of [
      join(aoHome, "codex", "bin"),
      join(aoHome, "codex"),
      join(aoHome, "bin"),
      aoHome,
    ])
      removeIfEmpty(directory);
  return outcome;
}

/** The state of the file at a path, of a link its own; `null` where there is nothing. */
function entryAt(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Takes a directory away unless somebody keeps something there. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It holds something of others, or is not there.
  }
}
