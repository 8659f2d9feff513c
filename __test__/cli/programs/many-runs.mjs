/**
 * Runs the command line after line in one process: `[{ args, env }]` on standard input. Both outputs are files; for
 * each run the file MARKS says its exit code and how long they are after it: `node many-runs.mjs MARKS`.
 */
import { fstatSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { run } = createRequire(import.meta.url)("../../../dist/cli.cjs");
const [stdin, stdout, stderr] = [0, 1, 2];
const marks = [];
for (const { args, env } of JSON.parse(readFileSync(stdin, "utf8"))) {
  const before = { ...process.env };
  Object.assign(process.env, env);
  const code = await run(args);
  for (const name of Object.keys(process.env).filter((one) => !(one in before)))
    delete process.env[name];
  Object.assign(process.env, before);
  marks.push({ code, out: fstatSync(stdout).size, err: fstatSync(stderr).size });
}
writeFileSync(process.argv[2], JSON.stringify(marks));
