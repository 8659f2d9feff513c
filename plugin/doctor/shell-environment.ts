/**
 * The reasons why the wrappers' shell cannot work with what it is given: few open files, a locale that is not there.
 */

import { runProgram } from "../launch/run-program.js";
import type { Finding } from "./check.js";
import { warn } from "./check.js";

/** A shell that starts, and a word of it. */
const LIMIT_MS = 10_000;

/** The wrappers keep the streams of a tracked command by numbers below this one. */
const NEEDED_FILES = 60;

const LOCALE = /setlocale: \w+: cannot change locale \(([^)]*)\)/;

/** `null` where nothing is in the way, and where there is no bash to ask. */
export async function shellTrouble(env: NodeJS.ProcessEnv): Promise<Finding | null> {
  const { code, stderr, stdout } = await runProgram("bash", ["-c", "ulimit -n"], {
    env,
    limitMs: LIMIT_MS,
  });
  if (code !== 0) return null;
  const files = Number(stdout);
  if (files < NEEDED_FILES)
    return warn(
      `only ${files} files may be open at once: git and gh run, and nothing is noted of them`,
      "raise the limit where the orchestrator is started: ulimit -n 1024",
    );
  const locale = LOCALE.exec(stderr)?.[1];
  if (locale !== undefined)
    return warn(
      `bash does not know the locale ${locale}, and says so before whatever git and gh say`,
      "unset LC_ALL, or install that locale",
    );
  return null;
}
