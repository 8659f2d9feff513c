/**
 * Packages of Debian or Ubuntu, unpacked into a folder: apt's own lists and the machine's packages stay as they are.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, fetching } from "./cache.mjs";

/** What the machine runs; its libraries are those that programs of this suite need. */
export const OWN = readFileSync("/etc/os-release", "utf8").match(/^VERSION_CODENAME=(.+)$/m)?.[1];

/** Debian 12 has old emulators, and a musl that ends the Nodes of PyPI with a crash. */
export const NEWER = OWN === "bookworm" ? "trixie" : OWN;

const SOURCES = "/etc/apt/sources.list.d";

/**
 * Unpacks packages of a suite into `folder`, leaving out the paths of `without`. What they depend on is not looked at.
 */
export function unpack(folder, packages, { suite, arch = ownArch(), without = [] }) {
  const debs = join(folder, "debs");
  mkdirSync(debs);
  fetching("apt-get", ["-qq", ...apt(suite, arch), "download", ...packages], { cwd: debs });
  const excluded = without.map((path) => `--exclude=${path}`);
  const tar = ["tar", "-x", "-C", folder, "--no-wildcards-match-slash", ...excluded];
  const script = 'deb=$1; shift; dpkg-deb --fsys-tarfile "$deb" | "$@"';
  for (const name of readdirSync(debs))
    fetching("bash", ["-o", "pipefail", "-c", script, "bash", join(debs, name), ...tar]);
  rmSync(debs, { recursive: true });
}

/** The name of the package that another one depends on and that begins with `start`. */
export function dependencyOf(name, start, { suite, arch = ownArch() }) {
  const args = [...apt(suite, arch), "depends", "--important", name];
  const depends = execFileSync("apt-cache", args, { encoding: "utf8" });
  return depends.match(new RegExp(`Depends: (${start}\\S+)`))[1];
}

/** What this process has the lists of. Older ones name packages that the archive has replaced. */
const listed = new Set();

/** Options with which apt has lists and a cache of our own. */
function apt(suite, arch) {
  const folder = join(cache, `apt-${suite}-${arch}`);
  if (listed.has(folder)) return within(folder, arch);
  for (const name of ["lists/partial", "archives/partial", "sources"])
    mkdirSync(join(folder, name), { recursive: true });
  const name = readdirSync(SOURCES).find((it) => /^(debian|ubuntu)\.sources$/.test(it));
  const sources = readFileSync(join(SOURCES, name), "utf8").replaceAll(OWN, suite);
  writeFileSync(join(folder, "sources", name), sources);
  fetching("apt-get", ["-qq", ...within(folder, arch), "update"]);
  listed.add(folder);
  return within(folder, arch);
}

function within(folder, arch) {
  return [
    `Dir::State::Lists=${join(folder, "lists")}`,
    `Dir::Cache=${folder}`,
    "Dir::Etc::SourceList=/dev/null",
    `Dir::Etc::SourceParts=${join(folder, "sources")}`,
    "APT::Sandbox::User=root",
    "Acquire::Retries=3",
    `APT::Architecture=${arch}`,
    `APT::Architectures=${arch}`,
  ].flatMap((option) => ["-o", option]);
}

function ownArch() {
  return { x64: "amd64" }[process.arch] ?? process.arch;
}
