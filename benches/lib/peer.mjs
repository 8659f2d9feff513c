/** Other tools that read Codex homes: their native programs, without the Node that starts them. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { measure } from "./tools.mjs";

const ON = `${process.platform}-${process.arch}`;

/** The newest one first; not every version has a program for every platform. */
const CCUSAGE = ["20.0.26", "20.0.24"];
const TOKSCALE = "4.17.0";

/** Installs `ccusage`, the best known one; `undefined` where that is not possible. */
export function installPeer() {
  for (const version of CCUSAGE) {
    const found = install("ccusage", `@ccusage/ccusage-${ON}`, version);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Installs `tokscale`; `undefined` where that is not possible. */
export function installTokscale() {
  const name = process.platform === "linux" ? `${ON}-gnu` : ON;
  return install("tokscale", `@tokscale/cli-${name}`, TOKSCALE);
}

/** Into a cache outside the repository. */
function install(tool, name, version) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const dir = join(cache, "ao-codex-bench", `${tool}-${version}`);
  const program = join(dir, "node_modules", name, "bin", tool);
  if (!existsSync(program)) {
    const npm = ["install", "--prefix", dir, "--no-save", "--no-audit", "--no-fund"];
    spawnSync("npm", [...npm, `${name}@${version}`], { stdio: ["ignore", 2, 2] });
  }
  if (!existsSync(program)) return undefined;
  // Its own starter does this: the package has it without the bit.
  chmodSync(program, 0o755);
  return { name: `${tool} ${version}`, program };
}

/** Runs `tokscale` on a home: what it cost. What it counts is another thing (`docs/accounting.md`). */
export function runTokscale({ program }, home, scratch) {
  const env = { PATH: process.env.PATH, HOME: scratch, CODEX_HOME: home };
  return measure(program, ["models", "--json", "--no-spinner", "--client", "codex"], { env });
}

/** Runs `ccusage` on a home: what it cost, and its totals in Codex's own words. */
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
