/**
 * `npm test -- orchestrator`: the real orchestrator with its own tmux and worktree plugins from the registry, real git,
 * and real Codex binaries in real terminals, on a model server of our own and without a network.
 *
 * Arguments are test files; all of this folder by default.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { prepare } from "../../scripts/prepare.mjs";
import { installCodex } from "../codex/install.mjs";
import { isInside, runInside } from "../codex/namespace.mjs";
import { SANDBOXED, VERSIONS } from "./support/versions.mjs";

const NEEDED = { tmux: "tmux", zsh: "zsh", git: "git", ps: "procps", bwrap: "bubblewrap" };

/** Terminals and timers on two cores: one file at a time. */
const FLAGS = ["--test", "--test-concurrency=1"];

const here = fileURLToPath(new URL(".", import.meta.url));
const given = process.argv.slice(2);

process.exitCode = isInside() ? runTests() : await prepareAndRun();

async function prepareAndRun() {
  const missing = Object.entries(NEEDED).filter(
    ([program]) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0,
  );
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(" ");
    console.error(
      `These tests need ${missing.map(([program]) => program).join(", ")}: install ${packages}.`,
    );
    return 1;
  }
  prepare();
  for (const version of new Set([...VERSIONS, ...SANDBOXED])) await installCodex(version);
  return runInside(process.argv.slice(1));
}

function runTests() {
  const all = readdirSync(here).filter((name) => name.endsWith(".test.mjs"));
  const files = given.length > 0 ? given : all.toSorted().map((name) => join(here, name));
  return spawnSync(process.execPath, [...FLAGS, ...files], { stdio: "inherit" }).status ?? 1;
}
