// `npm test -- package`: packs the package and its platform package, installs them from a registry on loopback as a
// user would, and uses them, on every Node that is supported. Needs the package registry: Node comes from there too.
//
//   --node-only   on the Node that runs this, for a machine whose Node is the one to test; those that are too old are
//                 not tried
//   --packed DIR  what `scripts/pack.mjs` has packed; nothing is built then, and no Rust is needed
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packAll } from "../../scripts/pack.mjs";
import { prepare, root } from "../../scripts/prepare.mjs";

/** Besides the one that runs this: the oldest of `engines`, and the newest of each line. */
const LINES = ["20.17", "22", "24", "26"];
/** Lines that are too old, and have to be told so. */
const OLD_LINES = ["16", "18"];
/** The test that starts them. */
const OF_OLD = "old-node.test.mjs";

const { values } = parseArgs({
  options: { "node-only": { type: "boolean" }, packed: { type: "string" } },
});

const scratch = mkdtempSync(join(tmpdir(), "ao-codex-package-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
const packed = values.packed ? resolve(values.packed) : pack();

const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.mjs"))
  .filter((name) => name !== OF_OLD || !values["node-only"]);
const old = values["node-only"] ? [] : OLD_LINES.map(install);
for (const node of nodes()) {
  process.stdout.write(`\n# Node ${execFileSync(node, ["--version"], { encoding: "utf8" })}`);
  const args = ["--test", ...files.map((name) => join("__test__", "package", name))];
  const env = { ...process.env, PACKED: packed, OLD_NODES: old.join("\n") };
  const { status } = spawnSync(node, args, { cwd: root, stdio: "inherit", env });
  if (status !== 0) process.exitCode = 1;
}

function pack() {
  prepare();
  const directory = join(scratch, "packed");
  packAll(directory);
  return directory;
}

/** The Node that runs this, and one of each other line. */
function nodes() {
  const own = process.versions.node.split(".")[0];
  const others = values["node-only"] ? [] : LINES.filter((line) => line !== own);
  return [process.execPath, ...others.map(install)];
}

/** `npm install node@22` would run a script to fetch this very package. */
function install(line) {
  const { platform, arch } = process;
  const name = `node-${platform === "win32" ? "win" : platform}-${arch}`;
  const prefix = join(scratch, `node-${line}`);
  const args = ["install", "--prefix", prefix, "--no-audit", "--no-fund", "--silent"];
  const shell = platform === "win32";
  execFileSync("npm", [...args, `${name}@${line}`], { stdio: "inherit", shell });
  const bin = join(prefix, "node_modules", name, "bin");
  const node = join(bin, platform === "win32" ? "node.exe" : "node");
  if (!existsSync(node)) throw new Error(`${name}@${line} has no ${node} in ${dirname(bin)}`);
  return node;
}
