/**
 * The place where threads of a home began, as their heads say: found here, so that the process that is measured need
 * not list them.
 */
import { closeSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";

const HEAD = 1024;

/** The workspaces of so many sessions, those of the newest threads. */
export function workspacesOf(home, count) {
  return [...newestOf(home, count).keys()];
}

/** The directories, each with the newest rollout that began there. */
export function newestOf(home, count) {
  const names = readdirSync(home, { recursive: true }).filter((name) => name.endsWith(".jsonl"));
  const found = new Map();
  for (const name of names.toSorted().toReversed()) {
    const path = join(home, name);
    const workspace = workspaceOf(path);
    if (!found.has(workspace)) found.set(workspace, path);
    if (found.size === count) break;
  }
  return found;
}

function workspaceOf(path) {
  const file = openSync(path);
  const head = Buffer.alloc(HEAD);
  readSync(file, head);
  closeSync(file);
  return /"cwd":"([^"]+)"/.exec(head.toString())[1];
}
