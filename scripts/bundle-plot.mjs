// Puts the plotting library into the one file that uses it, with the licences of everything that is in it beside it:
// the package then has no dependency for a page that few people ask for.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "dist", "report", "plot.js");
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [file],
  outfile: file,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  format: "esm",
  target: "node20",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
writeFileSync(`${file.slice(0, -3)}.LICENSES.txt`, licences(Object.keys(metafile.inputs)));

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
  const parts = [...byText].map(([text, packages]) => `${packages.join(", ")}\n\n${text}\n`);
  return `plot.js contains:\n\n${parts.join("\n----\n\n")}`;
}
