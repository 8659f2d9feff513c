// `npm test [-- SUITE [ARGUMENT …]]`: builds what is out of date, then runs tests.
//
//   npm test                        what takes minutes: `core`, and every folder of `__test__` without a `run.mjs`
//   npm test -- core [FILTER]       the core in Rust
//   npm test -- FOLDER              one folder of `__test__`: native, cli, plugin, wrapper, docs, or by its own
//                                   `run.mjs` codex, engines, faults, hostile, orchestrator, package, platforms,
//                                   report, soak
//   npm test -- slow                what is slow by nature: `*.slow.test.mjs`, and every case of `tests/store`
//   npm test -- fuzz [TARGET …]     a minute of fuzzing for each target
//   npm test -- PATH …              these files
//
// More arguments go to the runner: `npm test -- cli --test-name-pattern=table`. With `--full` a suite that has a sample
// of cases by default goes through all of them. With `AO_TEST_BASH=/path/of/bash` all of it sees that one as /bin/bash.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { has, prepare, root, sh } from "./prepare.mjs";

/** The programs that tests drive besides Node and Rust, and the Debian packages that bring them. */
const PREREQUISITES = { tmux: "tmux", script: "bsdutils", python3: "python3" };

const folders = readdirSync(join(root, "__test__")).filter((name) => name !== "support");
const runners = {
  ...Object.fromEntries(
    folders
      .map((name) => [name, join("__test__", name, "run.mjs")])
      .filter(([, path]) => existsSync(join(root, path))),
  ),
  fuzz: join("scripts", "fuzz.mjs"),
};
const plain = folders.filter((name) => !(name in runners));

/** Without what knows Node, which has its tests in JavaScript: a quarter less to compile. */
const CORE = "--no-default-features";

const isSlow = (path) => path.endsWith(".slow.test.mjs");
const isQuick = (path) => path.endsWith(".test.mjs") && !isSlow(path);
const isOption = (argument) => argument.startsWith("-");

const [suite, ...rest] = process.argv.slice(2);
if (process.env.AO_TEST_BASH) withBash(process.env.AO_TEST_BASH);
if (suite === undefined) await testAll();
else if (suite === "core") testCore(rest);
else if (suite === "slow") testSlow(rest);
else if (plain.includes(suite)) testFiles(filesOf([suite], isQuick), rest);
else if (suite in runners) node([runners[suite], ...rest]);
else if (existsSync(join(root, suite))) {
  prepare();
  runFiles([suite], rest);
} else refuse();

/** Runs this command again in a mount namespace where `bash` is what /bin/bash names: on Linux only. */
function withBash(bash) {
  const rights = process.getuid() === 0 ? ["--mount"] : ["--mount", "--map-root-user"];
  const script = 'mount --bind "$1" /bin/bash && shift && exec "$@"';
  const again = [process.execPath, ...process.argv.slice(1)];
  const { AO_TEST_BASH: _, ...env } = process.env;
  sh("unshare", [...rights, "sh", "-c", script, "sh", bash, ...again], { stdio: "inherit", env });
  process.exit();
}

async function testAll() {
  needPrerequisites();
  // Beside the addon: each of the two builds has times in which it keeps one processor busy.
  const isBuilt = buildCore();
  prepare();
  await isBuilt;
  testCore([]);
  runFiles(filesOf(plain, isQuick), []);
}

function buildCore() {
  const stdio = ["ignore", process.stderr, process.stderr];
  const child = spawn("cargo", ["test", "--no-run", "--quiet", CORE], { cwd: root, stdio });
  process.once("exit", () => child.kill());
  // What cannot be built says so again when it is to be tested; without cargo the addon says so.
  return new Promise((resolve) => child.once("error", resolve).once("close", resolve));
}

function testCore(args) {
  if (!has("cargo-nextest")) return sh("cargo", ["test", "--quiet", CORE, ...args]);
  sh("cargo", ["nextest", "run", CORE, ...args]);
  sh("cargo", ["test", "--quiet", CORE, "--doc", ...args]);
}

function testSlow(args) {
  sh("cargo", ["test", "--quiet", CORE, "--test", "store"], { env: { ...process.env, FULL: "1" } });
  testFiles(filesOf(plain, isSlow), args);
}

function testFiles(files, args) {
  needPrerequisites();
  prepare();
  runFiles(files, args);
}

/** One file more at a time than there are processors: a third of the time a file waits, for locks and for programs. */
function runFiles(files, args) {
  const options = args.filter((argument) => isOption(argument) && argument !== "--full");
  const more = args.filter((argument) => !isOption(argument));
  const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
  const env = { ...process.env, ...(args.includes("--full") && { FULL: "1" }) };
  node(["--test", concurrency, ...options, ...files, ...more], env);
}

function node(args, env = process.env) {
  sh(process.execPath, args, { stdio: "inherit", env });
}

function filesOf(names, isWanted) {
  return names.flatMap((name) =>
    readdirSync(join(root, "__test__", name), { recursive: true })
      .filter(isWanted)
      .map((path) => join("__test__", name, path))
      .toSorted(),
  );
}

/** A missing program is said, not skipped. */
function needPrerequisites() {
  const missing = Object.entries(PREREQUISITES).filter(
    ([program]) =>
      spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status !== 0,
  );
  if (missing.length === 0) return;
  const list = missing.map(([program, debian]) => `${program} (Debian: ${debian})`).join(", ");
  process.stderr.write(`the tests need ${list}: install it and run this again\n`);
  process.exit(1);
}

function refuse() {
  const suites = ["core", "slow", ...plain, ...Object.keys(runners)].join(", ");
  process.stderr.write(`there is no suite and no file ${suite}; suites are ${suites}\n`);
  process.exit(2);
}
