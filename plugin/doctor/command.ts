/** Runs a program for what it says, with an end to it whatever it does. */

import { spawn } from "node:child_process";

export interface Outcome {
  /** `null` where it was ended for taking too long, or could not be started. */
  code: number | null;
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
    // A group of its own, so that nothing which a profile started is left behind.
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
    const end = (code: number | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, ...said });
    };
    const timer = setTimeout(() => {
      kill(child.pid);
      end(null);
    }, limitMs);
    child.once("error", () => end(null));
    child.once("close", (code) => end(code));
  });
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
