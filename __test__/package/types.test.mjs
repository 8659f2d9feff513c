import { deepStrictEqual, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { complaints, RESOLUTIONS } from "../types/project.mjs";
import { main, newUser } from "./user.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
const nothing = Object.fromEntries(Object.keys(RESOLUTIONS).map((name) => [name, ""]));

for (const line of ["5", "7"]) {
  test(`TypeScript ${line} knows every type in a project that has nothing else`, async (t) => {
    const user = await newUser(t);
    await user.npm("install", ...quiet, main.name);
    // Beside the project, so that nothing of it is found there.
    const compiler = user.path("compiler");
    await user.npm("install", ...quiet, "--prefix", compiler, `typescript@${line}`);
    const tsc = join(compiler, "node_modules", "typescript", "bin", "tsc");
    copyFileSync(join(root, "__test__", "types", "uses", "alone.ts"), user.path("alone.ts"));
    const found = {};
    for (const [name, options] of Object.entries(RESOLUTIONS))
      found[name] = await complaints(tsc, user.home, ["alone.ts"], options);
    deepStrictEqual(found, nothing);
  });
}

test("every way to import the package finds types that are true", async () => {
  const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  const tarball = join(process.env.PACKED, main.filename);
  // An ES module: Node 20.19 and later `require` it, which the tool does not know yet. It ends with 1 at any problem.
  const args = [attw, tarball, "--profile", "esm-only", "--format", "ascii"];
  const { stdout } = await run(process.execPath, args);
  match(stdout, /"@ao\/plugin-codex\/native"\s+node16 \(from ESM\): 🟢/);
});

test("the manifest says what the package holds", async (t) => {
  const user = await newUser(t);
  await user.npm("install", ...quiet, main.name);
  const pkgDir = user.path("node_modules", main.name);
  const { messages } = await publint({ pkgDir, pack: false, strict: true });
  deepStrictEqual(messages, []);
});
