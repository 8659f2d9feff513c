// Puts what is loaded at once into one file each, with the licences of others' code in it beside it:
//
//   dist/cli.cjs      the command `ao-codex`: Node takes longer to find a hundred modules than the command to answer
//   dist/doctor.cjs,  what only some commands load, and would take Node as long to compile as all the rest
//   dist/plot.cjs,
//   dist/yaml.cjs
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Says which Node is needed, instead of a syntax that an older one does not know. */
const NEEDS_NODE = `
const [major, minor] = process.versions.node.split(".").map(Number);
const [least, leastMinor] = "${engines.node.replace(">=", "")}".split(".").map(Number);
if (major < least || (major === least && minor < leastMinor)) {
  process.stderr.write("ao-codex: needs Node " + least + "." + leastMinor + " or later; this is Node " + process.versions.node + " (" + process.execPath + ")\\n");
  process.exit(1);
}
`;

/** The place of a bundle, for `import.meta.url`. */
const PLACE = `const __url = require("node:url").pathToFileURL(__filename).href;`;

/** The modules that are a file of their own, by its name. */
const PARTS = {
  doctor: "plugin/doctor/doctor.ts",
  plot: "plugin/report/plot.ts",
  yaml: "plugin/doctor/yaml.ts",
};

for (const [name, entry] of Object.entries(PARTS)) await bundle(entry, name, PLACE, "node20");
// Newer syntax would be a syntax error to the versions that are to be told.
const start = `#!/usr/bin/env node\n"use strict";{${NEEDS_NODE}}${PLACE}`;
await bundle("plugin/cli/command.ts", "cli", start, "node16");

async function bundle(entry, name, banner, target) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: `dist/${name}.cjs`,
    bundle: true,
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    format: "cjs",
    platform: "node",
    target,
    banner: { js: banner },
    plugins: [ownPlaces(), partsBeside(), withRequire(), withoutPrograms()],
  });
  const texts = licences(Object.keys(metafile.inputs));
  if (texts.length === 0) return;
  const text = `${name}.cjs contains:\n\n${texts.join("\n----\n\n")}`;
  writeFileSync(join(root, "dist", `${name}.LICENSES.txt`), text);
}

/** A module of ours that asks where it is gets the place that it has outside of the bundle, in `dist`. */
function ownPlaces() {
  return {
    name: "own-places",
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]plugin[/\\].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const place = relative(join(root, "plugin"), path).replaceAll(sep, "/");
        const url = `new URL(${JSON.stringify(place)}, __url).href`;
        return { contents: text.replaceAll("import.meta.url", url), loader: "ts" };
      });
    },
  };
}

/** Who imports a part loads its file when it is called. */
function partsBeside() {
  return {
    name: "parts-beside",
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
        const source = relative(root, join(resolveDir, path)).replaceAll(sep, "/");
        const names = Object.keys(PARTS);
        const part = names.find((name) => PARTS[name] === source.replace(/\.js$/, ".ts"));
        return part && { path: `./${part}.cjs`, external: true };
      });
    },
  };
}

/**
 * A file that is no ES module has `require` already: Node's way to one takes longer to load than most homes to read.
 */
function withRequire() {
  const [path, namespace] = ["node:module", "require"];
  return {
    name: namespace,
    setup({ onLoad, onResolve }) {
      onResolve({ filter: new RegExp(`^${path}$`) }, () => ({ path, namespace }));
      const contents = "exports.createRequire = () => require;";
      onLoad({ filter: /^/, namespace }, () => ({ contents, loader: "js" }));
    },
  };
}

/** The library of the command line can start other programs as its commands: ours has none, and Node loads slowly. */
function withoutPrograms() {
  return {
    name: "without-programs",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
        /node_modules.commander/.test(importer) ? { path: "none", namespace: "none" } : undefined,
      );
      onLoad({ filter: /^/, namespace: "none" }, () => ({ contents: "", loader: "js" }));
    },
  };
}

/** The text of each licence once, below the packages that it is of. */
function licences(inputs) {
  const names = new Set(
    inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const byText = new Map();
  for (const name of [...names].toSorted()) {
    const folder = join(root, "node_modules", name);
    const licence = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].find((one) =>
      existsSync(join(folder, one)),
    );
    if (licence === undefined) throw new Error(`${name} has no licence to bring along`);
    const text = readFileSync(join(folder, licence), "utf8").trim();
    const { version: own } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${own}`]);
  }
  return [...byText].map(([text, packages]) => `${packages.join(", ")}\n\n${text}\n`);
}
