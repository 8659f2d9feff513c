// `node scripts/write-licences.mjs`: writes `THIRD-PARTY-LICENSES.txt`, the licences of everything that is linked into
// the addon on any platform. It goes into the packages that have an addon in them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./prepare.mjs";

const LICENCE = /^(licen[cs]e|copying|notice|unlicense)/i;
/** C sources inside a crate, with a licence of their own: of the two that zstd offers, not the GPL. */
const BUNDLED = "zstd/LICENSE";

const { napi } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const linked = new Map();
for (const target of napi.targets)
  for (const crate of linkedFor(target)) linked.set(`${crate.name} ${crate.version}`, crate);

const crates = [...linked.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
const sections = crates.map(([title, crate]) => [
  title,
  `${crate.license}; ${[...crate.authors, crate.repository].join(", ")}`,
  ...textsOf(crate),
]);
const head = [
  "What is linked into the addon of @ao/plugin-codex, and its licences.",
  "The Rust standard library (https://www.rust-lang.org) is in it too: MIT OR Apache-2.0.",
];
const rule = `\n\n${"-".repeat(80)}\n\n`;
writeFileSync(
  join(root, "THIRD-PARTY-LICENSES.txt"),
  `${[head.join("\n"), ...sections.map((parts) => parts.join("\n\n"))].join(rule)}\n`,
);

/** The crates that a target's addon is made of: no tools, no macros, nothing of tests. */
function linkedFor(target) {
  const args = ["metadata", "--locked", "--format-version", "1", "--filter-platform", target];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 };
  const { packages, resolve } = JSON.parse(execFileSync("cargo", args, options));
  const byId = new Map(packages.map((crate) => [crate.id, crate]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const found = new Set();
  const queue = [resolve.root];
  for (const id of queue) {
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      const isMacro = byId.get(pkg).targets.some(({ kind }) => kind.includes("proc-macro"));
      if (isMacro || found.has(pkg) || !kinds.some(({ kind }) => kind === null)) continue;
      found.add(pkg);
      queue.push(pkg);
    }
  }
  return [...found].map((id) => byId.get(id));
}

/** Of licences to choose from MIT, the shortest. */
function textsOf({ manifest_path: manifest, license }) {
  const home = dirname(manifest);
  const own = licencesIn(home);
  const mit = /\bMIT\b.*(\bOR\b|\/)|(\bOR\b|\/).*\bMIT\b/.test(license)
    ? own.filter((path) => /mit/i.test(basename(path)))
    : [];
  const bundled = [join(home, BUNDLED)].filter((path) => existsSync(path));
  return [...(mit.length > 0 ? mit : own), ...bundled].map((path) =>
    readFileSync(path, "utf8").replaceAll("\r\n", "\n").trim(),
  );
}

function licencesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map(({ name }) => join(folder, name))
    .toSorted();
}
