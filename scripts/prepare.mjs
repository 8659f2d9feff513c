// Brings the checkout to the state in which the package runs: dependencies installed, addon and TypeScript
// built. Each step runs only when something it reads is newer than its last success, so that a second call
// costs a few hundred `stat`s. Everything that a step prints goes to stderr: stdout belongs to the command.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const stamps = join(root, ".cache");
const quick = Boolean(process.env.QUICK);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

const steps = [
  {
    name: "dependencies",
    inputs: ["package.json", "package-lock.json"],
    outputs: ["node_modules/.package-lock.json"],
    // Not `npm ci`: it refuses a lock file without the optional binaries of platforms that a mirror does not carry.
    run: () => sh(npm, ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]),
  },
  {
    name: "addon",
    variant: quick ? "quick" : "release",
    inputs: [
      "Cargo.toml",
      "Cargo.lock",
      "build.rs",
      "package.json",
      "scripts/build-addon.mjs",
      "src",
    ],
    outputs: ["index.js", "index.d.ts"],
    need: () => {
      if (!has("cargo"))
        fail("the addon is built with Rust, and there is no cargo: see https://rustup.rs");
    },
    // `QUICK=1` while working on the core: the next call without it builds the real one.
    run: () => sh(process.execPath, ["scripts/build-addon.mjs", ...(quick ? ["--quick"] : [])]),
  },
  {
    name: "typescript",
    inputs: ["tsconfig.json", "package.json", "index.d.ts", "plugin", "scripts/bundle.mjs"],
    outputs: ["dist/index.js"],
    run: () => {
      // What has no source any more is not to be packed.
      rmSync(join(root, "dist"), { recursive: true, force: true });
      sh(bin("tsc"), ["--project", "."]);
      sh(process.execPath, [join(root, "scripts", "bundle.mjs")]);
    },
  },
];

/** Runs the steps that are out of date, all or those that are named; a step that fails ends the process. */
export function prepare(names = steps.map(({ name }) => name)) {
  mkdirSync(stamps, { recursive: true });
  // Not all at once: a step changes what the next one reads.
  for (const step of steps) {
    if (!names.includes(step.name) || !isStale(step)) continue;
    const started = new Date();
    process.stderr.write(`building: ${step.name} …\n`);
    step.need?.();
    step.run();
    writeFileSync(stampOf(step), step.variant ?? "");
    // The time of the start, so that a file saved while the step ran makes it run again.
    utimesSync(stampOf(step), started, started);
  }
}

function isStale(step) {
  if (step.outputs.some((path) => !existsSync(join(root, path)))) return true;
  if (!existsSync(stampOf(step))) return true;
  if (step.name === "addon" && !readdirSync(root).some((name) => name.endsWith(".node")))
    return true;
  if (readFileSync(stampOf(step), "utf8") !== (step.variant ?? "")) return true;
  const built = statSync(stampOf(step)).mtimeMs;
  return step.inputs.some((path) => newest(join(root, path)) > built);
}

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce(
    (time, name) => Math.max(time, newest(join(path, name))),
    stat.mtimeMs,
  );
}

function stampOf(step) {
  return join(stamps, `${step.name}.stamp`);
}

function bin(name) {
  return join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
}

/** Runs a program in the checkout, its output on stderr; one that fails ends the process. */
export function sh(program, args, options = {}) {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: program.endsWith(".cmd"),
    ...options,
  });
  if (result.error) fail(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const how = result.signal ?? `exit code ${result.status}`;
    fail(`${[program, ...args].join(" ")} failed with ${how}`);
  }
}

/** Tells whether the program is there and runs. */
export function has(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  prepare(names.length > 0 ? names : undefined);
}
