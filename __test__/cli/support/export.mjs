import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cli } from "../../support/command.mjs";

export const sampleHome = fileURLToPath(new URL("../../../samples/codex-home", import.meta.url));

/** A directory that is gone after the test. */
export function temporary(t) {
  const directory = mkdtempSync(join(tmpdir(), "ao-export-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const cache = mkdtempSync(join(tmpdir(), "ao-export-cache-"));
process.once("exit", () => rmSync(cache, { recursive: true, force: true }));

/** The command in a process of its own, with a cache and a home of the test's. */
export function aoCodex(args) {
  const env = { ...process.env, XDG_CACHE_HOME: cache, HOME: cache };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}
