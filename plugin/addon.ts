/**
 * Loads the addon, in place of the generated `index.js`: that guesses from `ldd` with which of two C libraries Node
 * runs, and where nothing can be loaded it names neither the reason nor a way out.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type * as Addon from "../index.js";

/** The platforms that a release has an addon for: `npm/` in the repository. */
const PLATFORMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "linux-x64-gnu",
  "linux-x64-musl",
  "win32-arm64-msvc",
  "win32-x64-msvc",
];

const require = createRequire(import.meta.url);

/** The addon of this machine, or the one that the user names. */
export const addon = load();

function load(): typeof Addon {
  const named = process.env["NAPI_RS_NATIVE_LIBRARY_PATH"];
  if (named) return require(resolve(named)) as typeof Addon;
  const { platform, arch } = process;
  const here = PLATFORMS.filter((name) => `${name}-`.startsWith(`${platform}-${arch}-`));
  const failures: Error[] = [];
  for (const name of here) {
    for (const module of [`../plugin-codex.${name}.node`, `@ao/plugin-codex-${name}`]) {
      try {
        return require(module) as typeof Addon;
      } catch (error) {
        if (!isAbsent(error, module)) failures.push(error as Error);
      }
    }
  }
  throw new Error(explanation(here, failures), { cause: failures[0] });
}

/** Tells whether nothing is there, as opposed to something that cannot be loaded. */
function isAbsent(error: unknown, module: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && message.includes(module);
}

function explanation(here: string[], failures: Error[]): string {
  const { platform, arch } = process;
  const build =
    `To build it: clone ${sources()}, install Rust (https://rustup.rs) and run \`npm run build\` there; ` +
    "the environment variable NAPI_RS_NATIVE_LIBRARY_PATH names the .node file that it makes.";
  if (here.length === 0) {
    return (
      `cannot load @ao/plugin-codex: there is no addon for ${platform} ${arch}. ` +
      `There is one for ${PLATFORMS.join(", ")}. ${build}`
    );
  }
  const [failure] = failures;
  if (failure) {
    return `cannot load @ao/plugin-codex: the addon for ${platform} ${arch}: ${failure.message}. ${build}`;
  }
  return (
    `cannot load @ao/plugin-codex: the addon for ${platform} ${arch} is not installed. It is an optional ` +
    `dependency (${here.map((name) => `@ao/plugin-codex-${name}`).join(" or ")}): install again without ` +
    `--omit=optional, and without the lock file of another platform. ${build}`
  );
}

function sources(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { url } = (JSON.parse(manifest) as { repository: { url: string } }).repository;
  return url.replace(/^git\+/, "").replace(/\.git$/, "");
}
