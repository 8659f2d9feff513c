/** How the addon is found. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as native from "@ao/plugin-codex/native";

test("programs get every function that the addon has", () => {
  const declarations = readFileSync(new URL("../../index.d.ts", import.meta.url), "utf8");
  const names = [...declarations.matchAll(/^export declare function (\w+)/gm)].map(([, it]) => it);
  assert.deepEqual(Object.keys(native).toSorted(), names.toSorted());
});

test("where both musl and glibc are installed, the addon is that of the Node that runs", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "loader-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const ldd = join(directory, "ldd.mjs");
  // A Node for glibc on a system whose `ldd` is musl's.
  const own = process.report.getReport().header.glibcVersionRuntime ? "musl libc" : "GNU libc";
  writeFileSync(
    ldd,
    `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const read = fs.readFileSync;
fs.readFileSync = (path, ...rest) => (path === "/usr/bin/ldd" ? "${own}" : read(path, ...rest));
syncBuiltinESMExports();
`,
  );
  const load = (name) => {
    const module = pathToFileURL(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)));
    const script = `console.log(typeof (await import("${module}")).${name === "native.js" ? "homeUsage" : "create"})`;
    const args = ["--import", ldd, "--input-type=module", "-e", script];
    return execFileSync(process.execPath, args, { encoding: "utf8" });
  };
  assert.deepEqual(["native.js", "index.js"].map(load), ["function\n", "function\n"]);
});
