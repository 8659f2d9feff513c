/** Checks which Codex a launch runs. */

import { delimiter, isAbsolute, join } from "node:path";
import { path } from "../../terminal/format.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { isFile, may } from "../files.js";
import type { Machine } from "../machine.js";
import { shimOf } from "../shim.js";

export const codexBinary: Check = {
  id: "codex-binary",
  async look({ codex, env, session, sessionCodex, workspace }: Machine): Promise<Finding> {
    const found = await codex();
    if (found !== null && found === sessionCodex)
      return ok(`${path(found)}, which runs in this session`);
    const passedOver = notExecutable(env, found);
    const [first] = passedOver;
    if (found === null) {
      if (first !== undefined)
        return fail(
          `${path(first)} cannot be executed, and there is no other`,
          `chmod +x ${shellWord(first)}`,
        );
      return session?.isOurs === true
        ? warn(
            "none runs in this session, and none is in this terminal's PATH; that of the orchestrator may have one",
            `where the orchestrator was started: ao-codex doctor --workspace ${shellWord(workspace)}`,
          )
        : fail(
            "there is no codex in PATH, nor where installers put it",
            "npm install -g @openai/codex, or name one in AO_CODEX_BINARY",
          );
    }
    if (first !== undefined)
      return warn(
        `${path(found)}; before it in PATH is ${path(first)}, which cannot be executed`,
        `chmod +x ${shellWord(first)}, or remove it`,
      );
    const shim = shimOf(found);
    return ok(shim === null ? path(found) : `${path(found)}, a shim of ${shim}`);
  },
};

/** Files called `codex` in PATH before the one that was found, which nobody may run. */
function notExecutable(env: NodeJS.ProcessEnv, found: string | null): string[] {
  const candidates = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((dir) => isAbsolute(dir))
    .map((dir) => join(dir, "codex"));
  const end = found === null ? -1 : candidates.indexOf(found);
  return candidates
    .slice(0, end === -1 ? undefined : end)
    .filter((file) => isFile(file) && !may(file, "run"));
}
