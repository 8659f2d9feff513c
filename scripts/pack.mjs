// `node scripts/pack.mjs DIRECTORY [--addons DIRECTORY] [--all]`: packs what a release publishes, into DIRECTORY.
//
//   --addons   where the built `.node` files are; the root of the checkout when it is not given
//   --all      fails when a platform of `npm/` has no addon there
//
// `optionalDependencies` exist in the packed `package.json` only: in the repository they would name packages that are
// not published yet, and `npm install` would fail.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { root } from "./prepare.mjs";

const LICENCES = "THIRD-PARTY-LICENSES.txt";
const platforms = readdirSync(join(root, "npm")).toSorted();

/**
 * Packs the main package and those of the platforms that have an addon. `packed.json` beside them holds what `npm pack`
 * says of each, the main package first.
 */
export function packAll(directory, { addons = root, all = false } = {}) {
  const staging = mkdtempSync(join(tmpdir(), "ao-codex-pack-"));
  try {
    mkdirSync(directory, { recursive: true });
    const built = platforms.filter((name) => existsSync(join(addons, addonOf(name))));
    if (all && built.length < platforms.length)
      throw new Error(`no addon for ${platforms.filter((name) => !built.includes(name)).join()}`);
    const packed = [
      pack(stageMain(join(staging, "main")), directory),
      ...built.map((name) => pack(stagePlatform(join(staging, name), name, addons), directory)),
    ];
    writeFileSync(join(directory, "packed.json"), `${JSON.stringify(packed, null, 2)}\n`);
  } finally {
    rmSync(staging, { recursive: true });
  }
}

function stageMain(to) {
  const manifest = readManifest(root);
  const folders = manifest.files.filter((name) => !name.startsWith("!"));
  for (const name of [...folders, "README.md", "LICENSE"])
    cpSync(join(root, name), join(to, name), { recursive: true });
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((name) => [readManifest(join(root, "npm", name)).name, manifest.version]),
  );
  return writeManifest(to, manifest);
}

function stagePlatform(to, name, addons) {
  const from = join(root, "npm", name);
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, "README.md"), join(to, "README.md"));
  copyFileSync(join(addons, addonOf(name)), join(to, addonOf(name)));
  for (const file of ["LICENSE", LICENCES]) copyFileSync(join(root, file), join(to, file));
  const manifest = readManifest(from);
  return writeManifest(to, { ...manifest, files: [...manifest.files, LICENCES] });
}

/** Without scripts: whatever a package brings, it must not run while it is packed or installed. */
function pack(from, directory) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", resolve(directory)];
  const shell = process.platform === "win32";
  const [packed] = JSON.parse(execFileSync("npm", args, { cwd: from, encoding: "utf8", shell }));
  return { ...packed, manifest: readManifest(from) };
}

function addonOf(name) {
  return `plugin-codex.${name}.node`;
}

function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
}

function writeManifest(directory, manifest) {
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return directory;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { addons: { type: "string" }, all: { type: "boolean" } },
  });
  packAll(positionals[0], values);
}
