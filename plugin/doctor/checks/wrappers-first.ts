/**
 * Checks that commands that Codex runs find the wrappers as `git` and `gh`, whatever the user's profile does to PATH.
 */

import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { path } from "../../terminal/format.js";
import { sessionEnvironment } from "../../launch/environment.js";
import { agentPathFlags } from "../../launch/agent-path.js";
import { readUserConfig } from "../../launch/user-config.js";
import { shellQuote } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok } from "../check.js";
import { runProgram } from "../../launch/run-program.js";
import { isDirectory, isFile, may } from "../files.js";
import type { Machine } from "../machine.js";
import { realPath } from "../../paths.js";

/** A profile may start a version manager or two. */
const LIMIT_MS = 15_000;
const TOOLS = ["git", "gh"];
/** A profile may print something too. */
const MARK = "ao-codex-found:";

export const wrappersFirst: Check = {
  id: "wrappers-first",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    const { wrappers } = machine;
    if (process.platform === "win32") return ok("not for Windows");
    if (!TOOLS.every((tool) => isFile(join(wrappers, tool)) && may(join(wrappers, tool), "run")))
      return ok("not looked at: there are no wrappers to find");
    const shell = accountShell();
    const { env, isLogin } = await commandEnvironment(machine);
    const script = TOOLS.map((tool) => `echo ${MARK}$(command -v ${tool})`).join("; ");
    const outcome = await runProgram(shell, [isLogin ? "-lc" : "-c", script], {
      ...(isDirectory(machine.workspace) && { cwd: machine.workspace }),
      env,
      limitMs: LIMIT_MS,
    });
    const how = `${basename(shell)} ${isLogin ? "-lc" : "-c"}`;
    if (outcome.code !== 0)
      return fail(
        `${how} does not end well within ${LIMIT_MS / 1000} seconds`,
        `run ${shell} -lc true and fix your profile`,
      );
    const found = [...outcome.stdout.matchAll(new RegExp(`${MARK}(.*)`, "g"))].map(
      ([, at = ""]) => at,
    );
    const strange = found.filter((at) => realPath(dirname(at)) !== realPath(wrappers));
    if (strange.length === 0) return ok(`git and gh are the wrappers in what Codex runs (${how})`);
    return fail(
      `not in what Codex runs (${how}): there it is ${strange.map((at) => path(at) || "none").join(", ")}`,
      `end ${profileOf(shell)} with: export PATH=${shellQuote(wrappers)}:"$PATH"`,
    );
  },
};

/** The shell that Codex runs commands with: that of the user's account, where it is one that Codex knows. */
function accountShell(): string {
  const shell = userInfo().shell ?? "";
  return ["bash", "zsh", "sh"].includes(basename(shell)) ? shell : "/bin/bash";
}

/** The last file of the user's that a login shell reads. */
function profileOf(shell: string): string {
  return (
    { bash: "~/.bash_profile (or ~/.profile)", zsh: "~/.zlogin" }[basename(shell)] ?? "~/.profile"
  );
}

/**
 * The environment of a command that Codex runs. Inside of one it is this process's; elsewhere the launch is composed
 * as for a session, and what it sets is read off its flags.
 */
async function commandEnvironment({ env, settings, wrappers }: Machine) {
  // Only what Codex started has this; the terminal of a session has not.
  if (env["AO_CODEX_WRAPPERS"]) return { env, isLogin: basename(accountShell()) !== "sh" };
  const terminal = { ...env, ...sessionEnvironment(settings, "doctor", undefined) };
  const words = agentPathFlags(wrappers, readUserConfig(settings.codexHome)).join(" ");
  const { stdout } = await runProgram("/bin/sh", ["-c", `printf '%s\\0' ${words}`], {
    env: terminal,
    limitMs: LIMIT_MS,
  });
  const set = /^shell_environment_policy\.set\.(\w+)=(.*)$/s;
  const given = stdout.split("\0").flatMap((word) => {
    const [, name, value] = set.exec(word) ?? [];
    return name === undefined || value === undefined ? [] : [[name, tomlText(value)] as const];
  });
  return {
    env: { ...terminal, ...Object.fromEntries(given) },
    isLogin: !stdout.includes("allow_login_shell=false"),
  };
}

/** A TOML string on one line, basic or literal. */
function tomlText(value: string): string {
  return value.startsWith("'") ? value.slice(1, -1) : String(JSON.parse(value));
}
