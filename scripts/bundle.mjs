// Puts what is loaded at once into one file each, with the licences of others' code in it beside it:
//
//   dist/cli.cjs    the command `ao-codex`: Node takes longer to find a hundred modules than the command to answer
//   dist/plot.cjs   the plotting library, loaded by `usage --html`
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

await bundle("plugin/report/plot.ts", "dist/plot.cjs", { format: "cjs", target: "node20" });
await bundle("plugin/cli/command.ts", "dist/cli.cjs", {
  format: "cjs",
  platform: "node",
  // Newer syntax would be a syntax error to the versions that are to be told.
  target: "node16",
  banner: {
    js: `#!/usr/bin/env node\n"use strict";{${NEEDS_NODE}}const __url = require("node:url").pathToFileURL(__filename).href;`,
  },
  plugins: [ownPlaces(), plotBeside(), withRequire(), withoutPrograms()],
});

async function bundle(entry, outfile, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    ...options,
  });
  const texts = licences(Object.keys(metafile.inputs));
  const text = `${outfile.replace("dist/", "")} contains:\n\n${texts.join("\n----\n\n")}`;
  writeFileSync(join(root, `${outfile.slice(0, outfile.lastIndexOf("."))}.LICENSES.txt`), text);
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

/** The plotting library stays a file of its own. */
function plotBeside() {
  return {
    name: "plot-beside",
    setup({ onResolve }) {
      onResolve({ filter: /\/plot\.js$/ }, () => ({ path: "./plot.cjs", external: true }));
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
