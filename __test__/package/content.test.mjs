import { deepStrictEqual, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { main, platforms } from "./user.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What is only in the command, which is a few files. */
const BUNDLED = /^(cli|doctor|report)\//;
/** What `npm install` may fetch for a platform, licences aside: the runtime, zstd and the core. */
const MAX_ADDON_BYTES = 3_500_000;

const paths = ({ files }) => files.map(({ path }) => path).toSorted();

test("the package holds what the plugin is compiled to, what napi-rs generates, the shell files, and papers", () => {
  const sources = readdirSync(join(root, "plugin"), { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !BUNDLED.test(path));
  deepStrictEqual(
    paths(main),
    [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/cli.LICENSES.txt",
      "dist/cli.cjs",
      "dist/doctor.LICENSES.txt",
      "dist/doctor.cjs",
      "dist/plot.LICENSES.txt",
      "dist/plot.cjs",
      "dist/yaml.LICENSES.txt",
      "dist/yaml.cjs",
      "index.d.ts",
      "index.js",
      "package.json",
      "schema/limits.schema.json",
      "schema/usage.schema.json",
      "shell/bash-env.sh",
      "shell/toml-strings.sh",
      "shell/zsh/.zlogin",
      "shell/zsh/.zprofile",
      "shell/zsh/.zshenv",
      "shell/zsh/.zshrc",
      ...sources.flatMap((path) => [
        `dist/${path.replace(/ts$/, "js")}`,
        `dist/${path.replace(/ts$/, "d.ts")}`,
      ]),
    ].toSorted(),
  );
});

test("the package is smaller than 1 MB unpacked", () => {
  ok(main.unpackedSize < 1_000_000, `${main.unpackedSize} bytes`);
});

test("a platform package holds the addon and the licences of what is linked into it", () => {
  deepStrictEqual(
    platforms.map(paths),
    platforms.map(({ manifest }) =>
      [
        "LICENSE",
        "README.md",
        "THIRD-PARTY-LICENSES.txt",
        manifest.main,
        "package.json",
      ].toSorted(),
    ),
  );
});

test("an addon is at most 3.5 MB", () => {
  const sizes = platforms.map(({ manifest, files }) => {
    const { size } = files.find(({ path }) => path === manifest.main);
    return [manifest.name, size];
  });
  deepStrictEqual(
    sizes.filter(([, size]) => size > MAX_ADDON_BYTES),
    [],
  );
});

test("no package runs a script when it is installed", () => {
  const hooks = new Set(["preinstall", "install", "postinstall", "prepare", "prepublish"]);
  const scripts = [main, ...platforms].flatMap(({ manifest }) =>
    Object.keys(manifest.scripts ?? {}),
  );
  deepStrictEqual(
    scripts.filter((name) => hooks.has(name)),
    [],
  );
});

test("the package asks for the addon of every platform, in its own version", () => {
  const names = readdirSync(join(root, "npm")).map((name) => `@ao/plugin-codex-${name}`);
  deepStrictEqual(
    main.manifest.optionalDependencies,
    Object.fromEntries(names.map((name) => [name, main.version])),
  );
});
