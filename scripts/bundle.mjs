// Puts into one file what is to be loaded at once, with the licences of others' code in it beside it:
//
//   dist/report/plot.js   the plotting library: the package then has no dependency for a page that few people ask for
//   dist/usage-json.cjs   the command that other programs run: Node takes as long to find twenty modules as the command
//                         to answer
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

await bundle(join(dist, "report", "plot.js"), join(dist, "report", "plot.js"), {
  format: "esm",
  allowOverwrite: true,
});
await bundle(join(dist, "usage-json.js"), join(dist, "usage-json.cjs"), {
  format: "cjs",
  platform: "node",
  define: { "import.meta.url": "__url" },
  banner: { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' },
  plugins: [lazy(["addon.js"]), withRequire()],
});

async function bundle(entry, outfile, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    target: "node20",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    ...options,
  });
  const texts = licences(Object.keys(metafile.inputs));
  if (texts.length === 0) return;
  const text = `${relative(dirname(outfile), outfile)} contains:\n\n${texts.join("\n----\n\n")}`;
  writeFileSync(`${outfile.slice(0, outfile.lastIndexOf("."))}.LICENSES.txt`, text);
}

/** Leaves what is imported when it is needed where it is, but for what is always needed. */
function lazy(always) {
  return {
    name: "lazy",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const file = relative(dist, join(resolveDir, path)).replaceAll(sep, "/");
        if (kind !== "dynamic-import" || always.includes(file)) return undefined;
        return { path: file.startsWith(".") ? file : `./${file}`, external: true };
      });
    },
  };
}

/** A file that is no ES module has `require` already: Node's way to one takes longer to load than most homes to read. */
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

/** The text of each licence once, below the packages that it is of. */
function licences(inputs) {
  const names = new Set(
    inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const byText = new Map();
  for (const name of [...names].toSorted()) {
    const folder = join(root, "node_modules", name);
    const licence = ["LICENSE", "LICENSE.md", "LICENSE.txt"].find((one) =>
      existsSync(join(folder, one)),
    );
    if (licence === undefined) throw new Error(`${name} has no licence to bring along`);
    const text = readFileSync(join(folder, licence), "utf8").trim();
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  return [...byText].map(([text, packages]) => `${packages.join(", ")}\n\n${text}\n`);
}
