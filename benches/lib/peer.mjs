/** `ccusage`, the best known tool that reads Codex homes: its native program, without the Node that starts it. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { measure } from "./tools.mjs";

/** The newest 20 whose programs are published for every platform. */
const VERSION = "20.0.24";

/** Installs it into a cache outside the repository; `undefined` where that is not possible. */
export function installPeer() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const dir = join(cache, "ao-codex-bench", `ccusage-${VERSION}`);
  const name = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const program = join(dir, "node_modules", name, "bin", "ccusage");
  if (!existsSync(program)) {
    const npm = ["install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund"];
    spawnSync("npm", [...npm, `${name}@${VERSION}`], { stdio: ["ignore", 2, 2] });
  }
  if (!existsSync(program)) return undefined;
  // Its own starter does this: the package has it without the bit.
  chmodSync(program, 0o755);
  return { name: `ccusage ${VERSION}`, program };
}

/** Runs it on a home: what it cost, and its totals in Codex's own words. */
export function runPeer({ program }, home, scratch) {
  const env = { PATH: process.env.PATH, HOME: scratch, CODEX_HOME: home };
  const run = measure(program, ["codex", "session", "--json", "--offline"], { env });
  const { totals } = JSON.parse(run.printed);
  return {
    ...run,
    // It calls input only what was not in the cache.
    billed: {
      input_tokens: totals.inputTokens + totals.cacheReadTokens,
      cached_input_tokens: totals.cacheReadTokens,
      output_tokens: totals.outputTokens,
      reasoning_output_tokens: totals.reasoningOutputTokens,
      total_tokens: totals.totalTokens,
    },
  };
}
