/**
 * Installs a published Codex CLI into a cache outside the repository and says where its real
 * binary is (the npm package's own entry is a Node launcher, which would hide signals from us).
 *
 * Usage: `node __test__/codex/install.mjs [version…]` prints one binary path per version.
 */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The version that the default run proves everything against. */
export const CURRENT_CODEX = "0.169.0";

/** One package is up to 150 MB; a slow registry still delivers that in this time. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const TARGETS = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/** Path of the real binary of `@openai/codex@version`, downloaded when it is not there yet. */
export async function installCodex(version) {
  const folder = join(cacheRoot(), version);
  const installed = await findBinary(folder);
  if (installed !== null) return installed;

  await mkdir(cacheRoot(), { recursive: true });
  const staging = await mkdtemp(join(cacheRoot(), `.${version}-`));
  try {
    // A package.json of its own keeps npm from walking up into a surrounding project.
    await writeFile(join(staging, "package.json"), '{ "private": true }\n');
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    await run("npm", ["install", ...flags, "--prefix", staging, `@openai/codex@${version}`], {
      cwd: staging,
      timeout: INSTALL_TIMEOUT_MS,
    });
    await rename(staging, folder).catch(async (error) => {
      // Another process installed the same version meanwhile; its copy is as good as ours.
      if ((await findBinary(folder)) === null) throw error;
    });
  } catch (cause) {
    throw new Error(`cannot install @openai/codex@${version}: ${cause.message}`, { cause });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }

  const binary = await findBinary(folder);
  if (binary === null) throw new Error(`@openai/codex@${version} has no binary for ${platform()}`);
  return binary;
}

function cacheRoot() {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "ao-codex-test", "codex");
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

/** Newer versions keep the binary in a package per platform, older ones bundle all platforms. */
async function findBinary(folder) {
  const target = TARGETS[platform()];
  const scope = join(folder, "node_modules", "@openai");
  const candidates = [
    join(scope, `codex-${platform()}`, "vendor", target, "bin", "codex"),
    join(scope, `codex-${platform()}`, "vendor", target, "codex", "codex"),
    join(scope, "codex", "vendor", target, "bin", "codex"),
    join(scope, "codex", "vendor", target, "codex", "codex"),
    join(scope, "codex", "bin", `codex-${target}`),
  ];
  for (const candidate of candidates) {
    if (await exists(candidate)) return candidate;
  }
  return null;
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const versions = process.argv.length > 2 ? process.argv.slice(2) : [CURRENT_CODEX];
  for (const version of versions) console.log(await installCodex(version));
}
