// `node scripts/build-addon.mjs [--target TRIPLE] [--output DIRECTORY] [--zig] [--quick]`: builds the addon and what
// napi-rs generates beside it (`index.js`, `index.d.ts`), and `plugin/native.ts`.
//
// Not `napi build`: that is `cargo build`, which makes the `rlib` of the tests and the addon in one go, and rustc then
// leaves link-time optimisation out. `cargo rustc --crate-type cdylib` makes the addon alone, with it.
//
//   --target   another platform than this one; then --output too, so that nobody takes it for the addon of this one
//   --output   where to put the addon; the root of the checkout when it is not given
//   --zig      links with zig (`cargo-zigbuild`), against the glibc of `GLIBC`, so that the addon runs on old systems
//   --quick    without link-time optimisation: larger, slower, and built in a tenth of the time
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateTypeDef, parseTriple, writeJsBinding } from "@napi-rs/cli";
import { machO } from "./mach-o.mjs";
import { root, sh } from "./prepare.mjs";

/** The oldest that Node 20 itself runs on is 2.28; 2.17 is what other addons and manylinux2014 offer. */
const GLIBC = "2.17";

/** The oldest that Node 20 runs on. */
const MACOS = { x86_64: "10.15", aarch64: "11.0" };

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { binaryName } = manifest.napi;

/** Builds the addon for a target; the one of this machine when none is named. */
export async function buildAddon({
  target = hostTriple(),
  zig = false,
  quick = false,
  output = root,
} = {}) {
  const profile = quick ? "quick" : "release";
  const types = join(root, "target", "addon-types");
  rmSync(types, { recursive: true, force: true });
  mkdirSync(types, { recursive: true });
  compile({ target, zig, profile, types });

  const { platform, platformArchABI } = parseTriple(target);
  const targets = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
  const built = join(targets, target, profile, libraryName(platform));
  if (zig) checkGlibc(built);
  if (platform === "darwin") checkMacos(built, macosOf(target));
  mkdirSync(output, { recursive: true });
  replace(built, join(output, `${binaryName}.${platformArchABI}.node`));
  const { exports, dts } = await generateTypeDef({
    typeDefDir: types,
    cwd: root,
    declareBindingTarget: true,
  });
  writeFileSync(join(root, "index.d.ts"), withoutGiven(dts));
  await writeJsBinding({
    platform: true,
    format: "esm",
    idents: exports,
    binaryName,
    packageName: manifest.name,
    version: manifest.version,
    outputDir: root,
  });
  writeFileSync(join(root, "plugin", "native.ts"), functionsOf(exports));
}

/** The module that programs import: the functions of the addon that `plugin/addon.ts` has found. */
function functionsOf(names) {
  const lines = names.toSorted().map((name) => `  ${name},\n`);
  return `/** The native functions, for programs: \`@ao/plugin-codex/native\`. Written by \`scripts/build-addon.mjs\`. */

import { addon } from "./addon.js";

export const {
${lines.join("")}} = addon;
`;
}

/**
 * The declarations, where an argument that is `Given<T>` in Rust, so that another type rejects the promise, is a `T`,
 * and so is an answer that is `InTurns<T>`. An option may also be `null`.
 */
function withoutGiven(dts) {
  const given = String.raw`(?:Given|InTurns)<((?:[^<>]|<[^<>]*>)*)>`;
  return dts
    .replaceAll(new RegExp(String.raw`(^  \w+\?: )${given}$`, "gm"), "$1$2 | null")
    .replaceAll(new RegExp(given, "g"), "$1");
}

function compile({ target, zig, profile, types }) {
  const program = zig ? "cargo-zigbuild" : "cargo";
  const triple = zig && target.endsWith("-gnu") ? `${target}.${GLIBC}` : target;
  const args = ["rustc", "--lib", "--crate-type", "cdylib", "--profile", profile];
  sh(program, [...args, "--target", triple], {
    env: {
      ...process.env,
      RUSTFLAGS: [process.env.RUSTFLAGS, ...flags(target)].filter(Boolean).join(" "),
      ...(macosOf(target) && { MACOSX_DEPLOYMENT_TARGET: macosOf(target) }),
      NAPI_TYPE_DEF_TMP_FOLDER: types,
      // The types are written while the crate is compiled: without a compilation there would be none.
      NAPI_FORCE_BUILD_AO_PLUGIN_CODEX: String(Date.now()),
    },
  });
}

function flags(target) {
  // A shared library of musl is no program: it takes the libc of the process that loads it.
  if (target.endsWith("-musl")) return ["-C target-feature=-crt-static"];
  // Libraries name frameworks for all that they can do; of what we use, nothing is in one.
  return macosOf(target) ? ["-C link-arg=-Wl,-dead_strip_dylibs"] : [];
}

/** The oldest macOS that a target is for; `undefined` when it is for another system. */
function macosOf(target) {
  return target.endsWith("-apple-darwin") ? MACOS[target.split("-")[0]] : undefined;
}

function libraryName(platform) {
  if (platform === "win32") return "ao_plugin_codex.dll";
  return platform === "darwin" ? "libao_plugin_codex.dylib" : "libao_plugin_codex.so";
}

/** The versions of glibc's functions that a library asks for stand in it as text. */
function checkGlibc(library) {
  const asked = readFileSync(library, "latin1").match(/GLIBC_2\.\d+/g) ?? [];
  const newer = asked.filter((version) => Number(version.slice(8)) > Number(GLIBC.slice(2)));
  if (newer.length > 0) throw new Error(`${library} asks for ${newer.join(", ")}, not ${GLIBC}`);
}

/** An addon loads what every macOS has, and runs from the version on that it was built for. */
function checkMacos(library, oldest) {
  const { minimum, libraries } = machO(readFileSync(library));
  const more = libraries.filter((path) => !path.startsWith("/usr/lib/libSystem."));
  if (more.length > 0) throw new Error(`${library} loads ${more.join(", ")}`);
  if (minimum !== oldest) throw new Error(`${library} asks for macOS ${minimum}, not ${oldest}`);
}

/** By rename: a process that has the old one loaded keeps it. */
function replace(from, to) {
  const temporary = `${to}.new`;
  copyFileSync(from, temporary);
  renameSync(temporary, to);
}

function hostTriple() {
  const version = execFileSync("rustc", ["-vV"], { encoding: "utf8" });
  return version.match(/^host: (.+)$/m)[1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      target: { type: "string" },
      zig: { type: "boolean" },
      quick: { type: "boolean" },
      output: { type: "string" },
    },
  });
  await buildAddon(values);
}
