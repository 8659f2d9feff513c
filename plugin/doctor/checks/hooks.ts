/** True if Codex tells of a session's state itself: our hooks, where this very Codex trusts them. */

import { join } from "node:path";
import { path } from "../../terminal/format.js";
import { trustedEvents, verificationFlags } from "../../launch/hooks/definition.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import { isFile, may } from "../files.js";
import type { Machine } from "../machine.js";

const WITHOUT = "states are read from rollouts and screens";

export const hooks: Check = {
  id: "hooks",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    if (!machine.settings.hooks) return ok(`turned off (hooks): ${WITHOUT}`);
    if (process.platform === "win32") return ok(`not for Windows: ${WITHOUT}`);
    const trusted = await trustedBy(machine);
    if (trusted.length === 0) return ok(`this Codex runs none of ours unasked: ${WITHOUT}`);
    const program = programOf(machine);
    if (!isFile(program) || !may(program, "run")) return missing(machine, program);
    return ok(`Codex runs ours at ${trusted.join(", ")}`);
  },
  async fix(machine: Machine): Promise<string | null> {
    if (!machine.settings.hooks || (await trustedBy(machine)).length === 0) return null;
    const installed = await machine.native.installHook({ aoHome: machine.settings.aoHome });
    return `installed ${path(installed)}`;
  },
};

async function missing(machine: Machine, program: string): Promise<Finding> {
  const { owner } = await machine.native.wrappersStatus({ aoHome: machine.settings.aoHome });
  // In a set of ours it is one of the files, and `wrappers` has said so.
  if (owner !== "foreign" && owner !== "newer") return ok("not looked at: the wrappers come first");
  return warn(
    `${path(program)} is not there or not executable: ${WITHOUT}`,
    "ao-codex doctor --fix installs it; the wrappers beside it stay",
  );
}

/** Asked once of each binary, and remembered; one that does not answer trusts nothing. */
async function trustedBy(machine: Machine): Promise<string[]> {
  const binary = await machine.codex();
  if (binary === null) return [];
  const program = programOf(machine);
  const answer = await machine.native
    .probeHooks(binary, verificationFlags(program))
    .catch(() => null);
  return trustedEvents(program, answer?.hooks ?? []);
}

function programOf({ wrappers }: Machine): string {
  return join(wrappers, "ao-codex-hook");
}
