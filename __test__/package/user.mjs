/** Somebody who installs the package: an empty folder, no Rust, and the Node that runs the tests. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startRegistry } from "./registry.mjs";

const run = promisify(execFile);
const directory = process.env.PACKED;
const npmCli = findNpm();

const packed = JSON.parse(readFileSync(join(directory, "packed.json"), "utf8"));

/** The main package, as it was packed. */
export const main = packed[0];

/** The packages of the platforms that were built. */
export const platforms = packed.slice(1);

/** The one of this machine. */
export const ours = platforms.find(({ manifest: { os, cpu, libc } }) => {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const own = glibcVersionRuntime ? "glibc" : "musl";
  return os.includes(process.platform) && cpu.includes(process.arch) && (libc ?? [own])[0] === own;
});

/** The sample home of the repository. */
export const sampleHome = fileURLToPath(new URL("../../samples/codex-home", import.meta.url));

/** A user with an empty project that finds our scope in the registry on loopback. */
export async function newUser(t, { without = [] } = {}) {
  const home = mkdtempSync(join(tmpdir(), "ao-codex-user-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const offered = packed.filter(({ name }) => !without.includes(name));
  const origin = await startRegistry(t, directory, offered);
  writeFileSync(join(home, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(home, ".npmrc"), `@ao:registry=${origin}/\n`);
  const env = {
    ...outside(process.env),
    PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    CODEX_HOME: sampleHome,
    NO_COLOR: "1",
    npm_config_cache: join(home, ".npm"),
    npm_config_update_notifier: "false",
  };
  const at = { cwd: home, env, encoding: "utf8" };
  return {
    home,
    npm: (...args) => run(process.execPath, [npmCli, ...args], at),
    node: (...args) => run(process.execPath, args, at),
    path: (...parts) => join(home, ...parts),
  };
}

/** An environment without what `npm run` and the test runner leave in it, except which registry is meant. */
function outside(environment) {
  const inner = /^(npm_(?!config_registry$)|NODE_TEST_CONTEXT$|AO_|CODEX_)/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !inner.test(name)));
}

/** The `npm-cli.js` beside the `npm` on PATH: a Node of the registry has none of its own. */
function findNpm() {
  if (process.env.npm_execpath) return process.env.npm_execpath;
  const root = execFileSync("npm", ["root", "--global"], { encoding: "utf8" }).trim();
  return join(root, "npm", "bin", "npm-cli.js");
}
