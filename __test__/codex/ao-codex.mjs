/** The command under test: `ao-codex` of the built package, with `--json`. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * The report on a Codex home. `folder` gives the command a home and a cache of its own, so that
 * neither the user's prices nor an earlier run can change the figures.
 */
export const reportUsage = ({ codexHome, folder }) =>
  aoCodex(["usage", "--by", "workspace"], { codexHome, folder });

/** The id of the thread that a session in the workspace would go on with. */
export const threadToResume = async (workspace, { codexHome, folder }) =>
  (await aoCodex(["resume", "--workspace", workspace], { codexHome, folder })).threadId;

/** What is left of the limits, as the rollouts tell. */
export const reportLimits = ({ codexHome, folder }) => aoCodex(["limits"], { codexHome, folder });

/** Exports what was billed so far, as a host. */
export const exportUsage = ({ directory, host, ...where }) =>
  aoCodex(["export", directory, "--host", host], where);

/**
 * The same, killed after so many milliseconds unless it was faster. Nobody reads its answer: one that ends just when
 * its time is up has succeeded, and its output is gone.
 */
export const killedExport = ({ directory, host, timeout, ...where }) =>
  runAoCodex(["export", directory, "--host", host], where, {
    timeout,
    killSignal: "SIGKILL",
  }).catch((error) => {
    if (!error.killed) throw error;
  });

async function aoCodex(args, where) {
  return JSON.parse(await runAoCodex(args, where));
}

async function runAoCodex(args, { codexHome, folder }, options = {}) {
  const all = [CLI, ...args, "--json", "--codex-home", codexHome];
  const { stdout } = await run(process.execPath, all, {
    ...options,
    maxBuffer: MAX_OUTPUT_BYTES,
    env: {
      PATH: process.env.PATH,
      HOME: join(folder, "user-home"),
      XDG_CACHE_HOME: join(folder, "cache"),
      XDG_CONFIG_HOME: join(folder, "config"),
    },
  });
  return stdout;
}
