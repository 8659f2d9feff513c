/** The tokens of each thread of a Codex home, as several tools count them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPeer, installTokscale } from "../../benches/lib/peer.mjs";
import { root } from "../prepare.mjs";

/** `{ name, tokensOf(home) }` of each tool, ours first; `undefined` where one of the others cannot be installed. */
export function tools() {
  const [ccusage, tokscale] = [installPeer(), installTokscale()];
  if (ccusage === undefined || tokscale === undefined) return undefined;
  return [
    { name: "`ao-codex`", tokensOf: ours },
    { name: ccusage.name, tokensOf: (home) => ofCcusage(ccusage, home) },
    { name: tokscale.name, tokensOf: (home) => ofTokscale(tokscale, home) },
  ];
}

function ours(home) {
  const args = [join(root, "dist", "cli.cjs"), "usage", "--json", "--codex-home", home];
  const { threads } = answer(process.execPath, args, home);
  return sums(threads.map(({ threadId, usage }) => [threadId, usage.totalTokens]));
}

function ofCcusage({ program }, home) {
  const { sessions } = answer(program, ["codex", "session", "--json", "--offline"], home);
  return sums(sessions.map(({ sessionFile, totalTokens }) => [threadOf(sessionFile), totalTokens]));
}

function ofTokscale({ program }, home) {
  const grouping = ["--group-by", "client,session,model"];
  const args = ["models", "--json", "--no-spinner", "--client", "codex", ...grouping];
  const { entries } = answer(program, args, home);
  return sums(
    entries.map(({ sessionId, input, output, cacheRead, cacheWrite, reasoning }) => [
      threadOf(sessionId),
      input + output + cacheRead + cacheWrite + reasoning,
    ]),
  );
}

/** In a home folder without anything, and without what an earlier run remembered. */
function answer(program, args, home) {
  const scratch = mkdtempSync(join(tmpdir(), "ao-codex-accuracy-"));
  const env = { PATH: process.env.PATH, HOME: scratch, CODEX_HOME: home, TZ: "UTC" };
  const { stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8" });
  rmSync(scratch, { recursive: true, force: true });
  if (stdout === "") throw new Error(`${program} says nothing of ${home}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A rollout is named after its time, its thread, and after a revert also its segment. */
function threadOf(file) {
  return /\d\d-\d\d-\d\d-([0-9a-f-]{36})/.exec(file)?.[1] ?? file;
}

/** A thread may have several rows. */
function sums(rows) {
  const tokens = new Map();
  for (const [threadId, count] of rows) tokens.set(threadId, (tokens.get(threadId) ?? 0) + count);
  return tokens;
}
