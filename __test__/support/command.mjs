/** Runs the built command as its users do: as a process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** Nothing of the machine's own settings decides what a test sees. */
export const CLEAN = {
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  COLUMNS: undefined,
  CODEX_HOME: undefined,
  XDG_CONFIG_HOME: "/nonexistent",
  XDG_CACHE_HOME: "/dev/null",
};

/** Exit code, standard output and standard error of `ao-codex` with these arguments. */
export function aoCodex(args, { env = {}, cwd } = {}) {
  return run(process.execPath, [cli, ...args], { env: { TZ: "UTC", ...env }, cwd });
}

/** The same of any program; `undefined` takes a variable out of the environment. */
export async function run(program, args, { env = {}, cwd } = {}) {
  const child = spawn(program, args, {
    cwd,
    env: withoutUndefined({ ...process.env, ...CLEAN, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitOf(child),
  ]);
  return { code, stdout, stderr };
}

export function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
}

async function text(stream) {
  const chunks = await stream.toArray();
  return Buffer.concat(chunks).toString("utf8");
}

function withoutUndefined(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}
