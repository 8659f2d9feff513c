#!/usr/bin/env node
/** The command `ao-codex`. A CommonJS module: Node takes some milliseconds more to begin with one of the other kind. */
import type * as UsageJson from "./usage-json.js" with { "resolution-mode": "import" };

const [command, ...options] = process.argv.slice(2);

if (command === "usage" && options.includes("--json")) {
  const { usageJson } = require("./usage-json.cjs") as typeof UsageJson;
  void usageJson();
} else {
  void import("./cli/program.js").then(({ main }) => main());
}
