/** The reason why a workspace has no thread although one seems to be there: what comes nearest, and the remedy. */

import { basename, dirname, join, sep } from "node:path";
import { path, plural } from "../terminal/format.js";
import type { ThreadHead } from "../../index.js";
import { shellWord } from "../launch/shell.js";
import { trustedDirectories } from "../launch/work-tree.js";
import { isDirectory, isThere } from "./files.js";
import type { Machine } from "./machine.js";
import { homeDirectory, realPath } from "../paths.js";

export interface NearMiss {
  found: string;
  remedy: string;
}

export async function nearMiss(
  machine: Machine,
  threads: readonly ThreadHead[],
): Promise<NearMiss | null> {
  const { workspace } = machine;
  const place = realPath(workspace);
  const here = threads.filter(
    ({ workspacePath }) => workspacePath !== null && realPath(workspacePath) === place,
  );
  return (
    setAside(here) ??
    (await inAnotherHome(machine)) ??
    elsewhere(threads, place) ??
    (isThere(workspace)
      ? null
      : { found: "and it is not there", remedy: "name another --workspace" })
  );
}

/** Threads that began here and are not gone on with. */
function setAside(here: readonly ThreadHead[]): NearMiss | null {
  const archived = here.find(({ archived: isArchived, kind }) => isArchived && kind !== "subagent");
  if (archived !== undefined)
    return {
      found: `${archived.threadId} is archived`,
      remedy: `codex unarchive ${shellWord(archived.threadId)}`,
    };
  if (here.length === 0) return null;
  return {
    found: `only ${plural(here.length, "subagent")} of threads that began elsewhere`,
    remedy: "name the workspace that they were started from",
  };
}

/** The homes that a Codex may have written to meanwhile: its own, and that of the environment. */
async function inAnotherHome({
  native,
  env,
  codexHome,
  workspace,
}: Machine): Promise<NearMiss | null> {
  const homes = [env["CODEX_HOME"], join(homeDirectory(), ".codex")];
  for (const home of homes) {
    if (!home || realPath(home) === realPath(codexHome) || !isDirectory(home)) continue;
    const thread = await native.findRollout(workspace, { codexHome: home }).catch(() => null);
    if (thread !== null)
      return {
        found: `${path(home)} has one, and ${path(codexHome)} is looked at`,
        remedy: `let CODEX_HOME be ${home} for the orchestrator too`,
      };
  }
  return null;
}

function elsewhere(threads: readonly ThreadHead[], place: string): NearMiss | null {
  const places = new Set(
    threads.flatMap(({ workspacePath, kind }) =>
      workspacePath === null || kind === "subagent" ? [] : [workspacePath],
    ),
  );
  const repository = repositoryOf(place);
  const tests: [(other: string) => boolean, string][] = [
    [(other) => other.toLowerCase() === place.toLowerCase(), "differs in upper and lower case"],
    [(other) => place.startsWith(`${other}${sep}`), "is above it"],
    [(other) => other.startsWith(`${place}${sep}`), "is inside of it"],
    [
      (other) => repository !== null && repositoryOf(other) === repository,
      "is another work tree of the repository",
    ],
    [
      (other) => !isThere(other) && basename(other) === basename(place),
      "is gone, and has the same name",
    ],
  ];
  for (const [isNear, how] of tests) {
    const other = [...places].find((candidate) => isNear(realPath(candidate)));
    if (other !== undefined)
      return {
        found: `one began in ${path(other)}, which ${how}`,
        remedy: `ao-codex resume --workspace ${shellWord(other)}`,
      };
  }
  return null;
}

/** The main work tree of the repository that a directory belongs to; `null` where it belongs to none. */
function repositoryOf(directory: string): string | null {
  if (!isDirectory(directory)) return null;
  const main = trustedDirectories(directory).at(-1) ?? directory;
  return isThere(join(main, ".git")) ? dirname(join(main, ".git")) : null;
}
