// `npm test`: builds what is out of date, then runs the tests of the core (cargo) and of the built package
// (node:test). With arguments after `--` only those JavaScript test files.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { has, prepare, root, sh } from "./prepare.mjs";

/** Suites with a script of their own: they need more than the package registries, or more time. */
const SEPARATE = new Set(["codex", "orchestrator", "package"]);

const given = process.argv.slice(2);

prepare();
if (given.length === 0) {
  if (has("cargo-nextest")) {
    sh("cargo", ["nextest", "run"]);
    sh("cargo", ["test", "--quiet", "--doc"]);
  } else sh("cargo", ["test", "--quiet"]);
}
sh(process.execPath, ["--test", ...(given.length > 0 ? given : files())], { stdio: "inherit" });

function files() {
  return readdirSync(join(root, "__test__"), { recursive: true })
    .filter((path) => path.endsWith(".test.mjs") && !SEPARATE.has(path.split(/[\\/]/)[0]))
    .map((path) => join("__test__", path))
    .toSorted();
}
