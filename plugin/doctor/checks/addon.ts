/** The native part: which file was loaded, and for what it was built. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import type { Check, Finding } from "../check.js";
import { fail, ok } from "../check.js";
import { textBehindLinks } from "../../safe-file.js";

/** `engines` of package.json. */
const OLDEST_NODE = [20, 17] as const;
const MANIFEST_LIMIT_BYTES = 1024 * 1024;

export const addon: Check = {
  id: "addon",
  async look(): Promise<Finding> {
    const node = process.versions.node;
    const [major = 0, minor = 0] = node.split(".").map(Number);
    if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
      return fail(`Node ${node}`, `install Node ${OLDEST_NODE.join(".")} or later`);
    const file = loadedFile();
    const version = ownVersion();
    const binary = file === null ? null : (versionBeside(file) ?? version);
    const platform = file === null ? "" : `, ${platformOf(file)}`;
    if (binary !== null && binary !== version)
      return fail(
        `this is ${version}, and its native part ${binary}${platform}`,
        "install this package again: npm takes both of one version",
      );
    return ok(`${version}${platform}, Node ${node}`);
  },
};

/** The finding where the addon cannot even be loaded. */
export function notLoaded(error: unknown): Finding {
  const reason = error instanceof Error ? error.message : String(error);
  const [first = ""] = reason.replace(/^cannot load [^:]*: /, "").split(/\. |\n/);
  const where = `${process.platform} ${process.arch}, Node ${process.versions.node}`;
  return fail(
    `cannot be loaded on ${where}: ${first}`,
    "install again without --omit=optional; if there is none for this platform, build from source",
  );
}

function loadedFile(): string | null {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  return loaded.find((path) => /plugin-codex[^/\\]*\.node$/.test(path)) ?? null;
}

/** `plugin-codex.linux-x64-gnu.node` is for `linux-x64-gnu`. */
function platformOf(file: string): string {
  return basename(file).split(".").slice(1, -1).join(".");
}

function ownVersion(): string {
  return versionIn(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
}

/** The version of the platform's package; `null` where the file was built here. */
function versionBeside(file: string): string | null {
  const manifest = textBehindLinks(join(dirname(file), "package.json"), MANIFEST_LIMIT_BYTES);
  return manifest === null ? null : versionIn(manifest);
}

function versionIn(manifest: string): string {
  const { version }: { version?: unknown } = JSON.parse(manifest);
  return String(version);
}
