/**
 * The folder outside the repository, and outside the machine's own packages, that the tools of other platforms lie in.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { sh } from "../../scripts/prepare.mjs";

/** A package of 200 MB over a slow line. A registry that does not answer must not hold up everything. */
const FETCH_MS = 10 * 60_000;

const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

export const cache = join(base, "ao-codex-test", "platforms");

/** The folder `name` of the cache. One that is not there yet is filled first: it is there whole or not at all. */
export function kept(name, fill) {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`fetching: ${name} …\n`);
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, ".new-"));
  // What a step that fails leaves behind, too: it ends the process.
  process.once("exit", () => rmSync(staging, { recursive: true, force: true }));
  fill(staging);
  renameSync(staging, folder);
  return folder;
}

/** Runs a program that fetches or unpacks packages. */
export function fetching(program, args, options) {
  sh(program, args, { timeout: FETCH_MS, ...options });
}
