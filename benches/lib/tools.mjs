/**
 * The programs that run beside the addon: the generator of homes, the floors, the meter. They are Rust, see
 * `benches/tools`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, sh } from "../../scripts/prepare.mjs";

const target = join(root, "target", "bench-tools");

/** Builds the tools. */
export function buildTools() {
  const manifest = join(root, "benches", "tools", "Cargo.toml");
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  sh("cargo", ["build", "--release", "--quiet", "--locked", "--manifest-path", manifest], { env });
}

/** The place where a tool is. */
export function tool(name) {
  return join(target, "release", name);
}

/** Writes a home and gives its ledger: what is in it, and what its threads were billed. */
export function generate(home, { files, bytes, workspaces, seed }) {
  const args = [home, files, bytes, workspaces, seed].map(String);
  return JSON.parse(execFileSync(tool("generate"), args, { encoding: "utf8" }));
}

/** Runs a program: what it and its children cost in CPU, whether the disk was read, and what it printed. */
export function measure(program, args, { env = process.env, encoding = "utf8" } = {}) {
  const options = { env, encoding, maxBuffer: 1 << 30 };
  const text = execFileSync(tool("measure"), [program, ...args], options);
  const end = text.indexOf("\n");
  const [cpuMicros, blocksRead, status] = text.slice(0, end).split(" ").map(Number);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}`);
  return { cpu: cpuMicros / 1000, blocksRead, printed: text.slice(end + 1) };
}

/** Calls the addon in a Node of its own, as `benches/lib/call.mjs` says: a first call, for which nothing was kept. */
export function call(operation, ...args) {
  return callBy([process.execPath], operation, ...args);
}

/** Calls the addon by a Node that has one processor, as a loop has; Linux alone can be asked for that. */
export function callOnOneProcessor(operation, ...args) {
  const allowed = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"));
  return callBy(["taskset", "--cpu-list", allowed[1], process.execPath], operation, ...args);
}

/** Does `work` with what calls the addon in processes that find what those before them kept. */
export function callKeeping(work) {
  return withoutCache((env) =>
    work((operation, ...args) => callIn(env, [process.execPath], operation, ...args)),
  );
}

function callBy(program, operation, ...args) {
  return withoutCache((env) => callIn(env, program, operation, ...args));
}

function callIn(env, [program, ...before], operation, ...args) {
  const script = join(root, "benches", "lib", "call.mjs");
  const all = [...before, script, operation, ...args];
  return JSON.parse(execFileSync(program, all, { encoding: "utf8", env }));
}

/** Looks again and again in a Node of its own, as `benches/lib/later.mjs` says. */
export function later(operation, ...args) {
  const script = join(root, "benches", "lib", "later.mjs");
  const all = [script, operation, ...args.map(String)];
  return withoutCache((env) =>
    JSON.parse(execFileSync(process.execPath, all, { encoding: "utf8", env })),
  );
}

/** Does `work` with the environment of a user whose cache is empty. */
export function withoutCache(work) {
  const cache = mkdtempSync(join(tmpdir(), "ao-codex-bench-cache-"));
  const remove = () => rmSync(cache, { recursive: true, force: true });
  let result;
  try {
    result = work({ ...process.env, XDG_CACHE_HOME: cache });
  } finally {
    if (!(result instanceof Promise)) remove();
  }
  return result instanceof Promise ? result.finally(remove) : result;
}
