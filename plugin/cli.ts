#!/usr/bin/env node
/** The command `ao-codex`. */
import { createRequire } from "node:module";

const [command, ...options] = process.argv.slice(2);

if (command === "usage" && options.includes("--json")) {
  createRequire(import.meta.url)("./usage-json.cjs");
} else {
  const { main } = await import("./cli/program.js");
  await main();
}
