/** Runs a program for what it says, with an end to it whatever it does. */

import { spawn } from "node:child_process";

export interface Outcome {
  /** `null` where it has not ended by itself. */
  code: number | null;
  /** The reason why it could not be run, or what it died of: `EACCES`, `SIGILL`; `null` also where it took too long. */
  failure: string | null;
  stdout: string;
  stderr: string;
}

/** More than any of the programs has to say. */
const MOST_BYTES = 64 * 1024;

export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, limitMs }: { cwd?: string; env: NodeJS.ProcessEnv; limitMs: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    // A group of its own, so that nothing which a profile or a launcher started is left behind, or holds its streams.
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] = (said[name] + text).slice(-MOST_BYTES);
      });
    }
    const end = (code: number | null, failure: string | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, failure, ...said });
    };
    const timer = setTimeout(() => {
      kill(child.pid);
      end(null, null);
    }, limitMs);
    child.once("error", (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message));
    child.once("close", (code, signal) => end(code, signal));
  });
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
