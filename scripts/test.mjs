// `npm test`: builds what is out of date, then runs the tests of the core (cargo) and of the built package
// (node:test). Arguments after `--` replace the list of JavaScript test files.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { prepare, root, sh } from "./prepare.mjs";

/** Suites with a script of their own: they need more than the package registries, or more time. */
const SEPARATE = new Set(["codex", "orchestrator", "package"]);

prepare();
sh("cargo", has("cargo-nextest") ? ["nextest", "run"] : ["test", "--quiet"]);
sh("cargo", ["test", "--quiet", "--doc"]);
sh(process.execPath, ["--test", ...files()], { stdio: "inherit" });

function files() {
  const given = process.argv.slice(2);
  if (given.length > 0) return given;
  return readdirSync(join(root, "__test__"), { recursive: true })
    .filter((path) => path.endsWith(".test.mjs") && !SEPARATE.has(path.split(/[\\/]/)[0]))
    .map((path) => join("__test__", path))
    .toSorted();
}

function has(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}
