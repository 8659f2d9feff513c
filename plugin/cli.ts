#!/usr/bin/env node
/** The command `ao-codex`. */

try {
  await import("./addon.js");
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
const { run } = await import("./cli/program.js");
const { exitWhenNobodyReads } = await import("./cli/terminal.js");

exitWhenNobodyReads();
process.exitCode = await run(process.argv.slice(2));
