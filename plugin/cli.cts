#!/usr/bin/env node
/** The command `ao-codex`. A CommonJS module: Node takes some milliseconds more to begin with one of the other kind. */
import type * as UsageJson from "./usage-json.js" with { "resolution-mode": "import" };

const [command, ...options] = process.argv.slice(2);

if (command !== "usage" || !options.includes("--json") || !usageJson()) {
  void import("./cli/program.js").then(({ main }) => main());
}

function usageJson(): Promise<void> | null {
  const quick = require("./usage-json.cjs") as typeof UsageJson;
  return quick.usageJson(options);
}
