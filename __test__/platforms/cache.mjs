/**
 * The folder outside the repository, and outside the machine's own packages, that the tools of other platforms lie in.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

export const cache = join(base, "ao-codex-test", "platforms");

/** The folder `name` of the cache. One that is not there yet is filled first: it is there whole or not at all. */
export function kept(name, fill) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`fetching: ${name} …\n`);
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, ".new-"));
  try {
    fill(staging);
    renameSync(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return folder;
}
