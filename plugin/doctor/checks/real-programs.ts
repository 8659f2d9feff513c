/** The git and gh that the wrappers start, and the shell that they start them with. */

import { delimiter, join } from "node:path";
import { path } from "../../terminal/format.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { runProgram } from "../../launch/run-program.js";
import { may } from "../files.js";
import type { Machine } from "../machine.js";
import { shellTrouble } from "../shell-environment.js";

/** `git --version` takes milliseconds; a wrapper that finds itself takes for ever. */
const LIMIT_MS = 10_000;

export const realPrograms: Check = {
  id: "real-programs",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    const { env, native, settings } = machine;
    const named = env["GH_PATH"];
    const git = await reached(machine, "git");
    if (git === null)
      return native.findProgramSync("git", { aoHome: settings.aoHome }) === null
        ? fail("there is no git in PATH", "install git")
        : fail("the wrapper of git does not reach it", "ao-codex wrappers install --force");
    const gh = await reached(machine, "gh");
    if (named && !may(named, "run"))
      return warn(
        `GH_PATH is ${named}, which cannot be run; gh is ${gh === null ? "none" : path(gh)}`,
        "let GH_PATH name the real gh, or unset it",
      );
    if (gh === null)
      return warn(
        `git is ${path(git)}; there is no gh, so pull requests are not noted`,
        "install gh (https://cli.github.com)",
      );
    const trouble = process.platform === "win32" ? null : await shellTrouble(env);
    return trouble ?? ok(`git is ${path(git)}, gh is ${path(gh)}`);
  },
};

/** The program that the wrapper itself says it starts; without a wrapper of ours, the one that it would find. */
async function reached(machine: Machine, tool: string): Promise<string | null> {
  const { native, settings, wrappers } = machine;
  const { files, owner } =
    process.platform === "win32" ? NONE : await native.wrappersStatus({ aoHome: settings.aoHome });
  const isOurs =
    owner === "current" && files.some(({ name, state }) => name === tool && state === "current");
  if (!isOurs) return native.findProgramSync(tool, { aoHome: settings.aoHome });
  const env = {
    ...machine.env,
    PATH: [wrappers, machine.env["PATH"] ?? ""].join(delimiter),
    AO_WRAPPER_DEBUG: "1",
    // Nothing is tracked outside of a session, so it is the plain way to the real program that is tried.
    AO_SESSION: "",
  };
  const { code, stderr } = await runProgram(join(wrappers, tool), ["--version"], {
    env,
    limitMs: LIMIT_MS,
  });
  return code === 0 ? (/^ao-wrapper: exec (.*)$/m.exec(stderr)?.[1] ?? null) : null;
}

const NONE = { files: [], owner: "none" } as const;
