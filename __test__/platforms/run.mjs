// `npm test -- platforms [PLATFORM …] [--node VERSION] [--quick] [--only FOLDER]`: builds the addon of other platforms
// as a release does, and runs the tests of `native` and `cli` with it, in a copy of the checkout, on a Node of the
// platform. For those whose programs do not run here, clippy reads the code that is theirs.
//
//   PLATFORM        linux-x64-musl, linux-arm64-gnu, linux-arm64-musl; windows-x64, macos-x64, macos-arm64 for clippy;
//                   all of them when none is named
//   --node VERSION  one of those that `platforms.mjs` has; the newest when none is named; from 22 on where
//                   tests are left out
//   --quick         an addon that is not optimised, built in half of the time
//   --only FOLDER   `native` or `cli`
//
// The tools come from npm, PyPI and Debian into `$XDG_CACHE_HOME/ao-codex-test/platforms`.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { prepare, root, sh } from "../../scripts/prepare.mjs";
import { PLATFORMS } from "./platforms.mjs";
import { checkers, compilers } from "./tools.mjs";

/** The standard library is built too: this takes half of the time. */
const UNOPTIMISED = {
  CARGO_PROFILE_QUICK_OPT_LEVEL: "0",
  CARGO_PROFILE_QUICK_INCREMENTAL: "false",
};

/** Tests that cannot pass on such an addon, and why. */
const NOT_UNOPTIMISED = [
  ["a bomb of", "their bound is the time that optimised code takes"],
  ["names of a megabyte and paths of endless folders", "the same"],
];

/** Tests of `cli` that cannot pass with what this suite brings, and why. */
const NOT_IN_CLI = [
  ["npm start", "it builds the addon of the machine"],
  ["an engine counts each response of two hosts", "DuckDB has no binary for musl"],
  [
    "that may not be (read|written), and fixes its mode",
    "root's cache has the Node: no other user enters",
  ],
];

const { values, positionals } = parseArgs({
  options: {
    node: { type: "string" },
    quick: { type: "boolean" },
    only: { type: "string" },
  },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(PLATFORMS);
const unknown = names.filter((name) => !Object.hasOwn(PLATFORMS, name));
if (unknown.length > 0) {
  const known = Object.keys(PLATFORMS).join(", ");
  process.stderr.write(`there is no platform ${unknown.join(", ")}: ${known}\n`);
  process.exit(2);
}
prepare(["dependencies", "typescript"]);
for (const name of names) {
  if (!PLATFORMS[name].node) lintFor(name);
  else if ((await testOn(name)) !== 0) process.exitCode = 1;
}

/** A finding ends the process. */
function lintFor(name) {
  const { target } = PLATFORMS[name];
  const args = ["clippy", "--quiet", "--all-targets", "--target", target, "--", "-D", "warnings"];
  sh("cargo-clippy", args, { env: checkers(target) });
  process.stdout.write(`\n# ${name}: clippy finds nothing\n`);
}

/** The exit code of the tests. */
async function testOn(name) {
  const platform = PLATFORMS[name];
  const version = values.node ?? platform.versions.at(-1);
  const node = platform.node(version);
  const checkout = mkdtempSync(join(tmpdir(), `ao-codex-${name}-`));
  process.once("exit", () => rmSync(checkout, { recursive: true, force: true }));
  // Tests become users who are not root: they read the package, as those of an installed one do.
  chmodSync(checkout, 0o755);
  copyCheckout(checkout);
  const build = ["scripts/build-addon.mjs", "--target", platform.target, "--zig"];
  if (values.quick) build.push("--quick");
  const env = { ...compilers(platform.target), ...(values.quick && UNOPTIMISED) };
  sh(process.execPath, build, { cwd: checkout, env });
  process.stdout.write(`\n# ${name}, Node ${version}\n`);
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const command = [node, "--test", ...options(), ...files()];
  return await platform.run(command, { cwd: checkout, env: { ...process.env, PATH: path } });
}

/** What git knows of, and what was built of TypeScript. No addon is among it. */
function copyCheckout(to) {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", list, { cwd: root, encoding: "utf8" });
  for (const path of paths.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(root, path), join(to, path), { verbatimSymlinks: true });
  }
  cpSync(join(root, "dist"), join(to, "dist"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
}

function options() {
  const left = [
    ...(values.quick ? NOT_UNOPTIMISED : []),
    ...(values.only === "native" ? [] : NOT_IN_CLI),
  ];
  const skipped = left.map(([title]) => `--test-skip-pattern=${title}`);
  return [`--test-concurrency=${availableParallelism()}`, ...skipped];
}

function files() {
  const folders = values.only ? [values.only] : ["native", "cli"];
  return folders.flatMap((folder) =>
    readdirSync(join(root, "__test__", folder))
      .filter((name) => name.endsWith(".test.mjs") && !name.endsWith(".slow.test.mjs"))
      .map((name) => join("__test__", folder, name)),
  );
}
