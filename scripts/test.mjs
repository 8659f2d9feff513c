// `npm test`: builds what is out of date, then runs the tests of the core (cargo) and of the built package
// (node:test). With arguments after `--` only those JavaScript test files.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { has, prepare, root, sh } from "./prepare.mjs";

/** Suites with a script of their own: they need more than the package registries, or more time. */
const SEPARATE = new Set(["codex", "faults", "orchestrator", "package", "report", "soak"]);

/** What the tests drive besides Node and Rust, and the Debian package that brings it. */
const PREREQUISITES = { tmux: "tmux", script: "bsdutils" };

const given = process.argv.slice(2);

prepare();
if (given.length === 0) {
  needPrerequisites();
  if (has("cargo-nextest")) {
    sh("cargo", ["nextest", "run"]);
    sh("cargo", ["test", "--quiet", "--doc"]);
  } else sh("cargo", ["test", "--quiet"]);
}
sh(process.execPath, ["--test", ...(given.length > 0 ? given : files())], { stdio: "inherit" });

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

function files() {
  return readdirSync(join(root, "__test__"), { recursive: true })
    .filter((path) => path.endsWith(".test.mjs") && !SEPARATE.has(path.split(/[\\/]/)[0]))
    .map((path) => join("__test__", path))
    .toSorted();
}
