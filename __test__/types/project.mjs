/** A TypeScript project of somebody who uses the package, checked by a compiler of their choice. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How programs ask their compiler to find packages. */
export const RESOLUTIONS = {
  node16: { module: "node16", moduleResolution: "node16" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

/** What the compiler `tsc` has against `files` of the project in `directory`; "" where it has nothing. */
export const complaints = async (tsc, directory, files, options) => {
  const compilerOptions = {
    target: "es2022",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: false,
    types: [],
    ...options,
  };
  const path = join(directory, "tsconfig.json");
  await writeFile(path, JSON.stringify({ compilerOptions, files }));
  return run(process.execPath, [tsc, "--project", path], { cwd: directory }).then(
    () => "",
    ({ stdout, stderr }) => stdout + stderr,
  );
};
