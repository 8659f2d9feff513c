/** Checks the version of the Codex that launches run. */

import { path } from "../../terminal/format.js";
import type { BinaryFacts } from "../../../index.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Machine } from "../machine.js";
import { shimOf } from "../shim.js";

/** Rollouts of older ones have no token counts that can be read. */
const OLDEST = [0, 34] as const;
const UPDATE = "npm install -g @openai/codex@latest";
/** A shim may first have to find out which version is meant. */
const LIMIT_MS = 10_000;

export const codexVersion: Check = {
  id: "codex-version",
  async look({ codex, native }: Machine): Promise<Finding> {
    const binary = await codex();
    if (binary === null) return ok("not asked: there is no codex");
    try {
      const facts = await native.probeBinary(binary, LIMIT_MS);
      return facts === null ? notACodex(binary) : judge(facts);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return fail(reason, remedyFor(binary));
    }
  },
};

function notACodex(binary: string): Finding {
  return fail(`${path(binary)} --help is not the help of a Codex`, remedyFor(binary));
}

function remedyFor(binary: string): string {
  const shim = shimOf(binary);
  return shim === null
    ? `run ${path(binary)} --version and fix what it says, or name another in AO_CODEX_BINARY`
    : `let ${shim} choose a version that has codex, or name one in AO_CODEX_BINARY`;
}

function judge({ version, resume, noDaemon, approvalPolicies }: BinaryFacts): Finding {
  const [major = 0, minor = 0] = (version ?? "").split(/[.-]/).map(Number);
  const isOld = version !== null && major === OLDEST[0] && minor < OLDEST[1];
  if (isOld || !resume)
    return fail(
      `${version ?? "a version without a number"} is too old${resume ? "" : ": it cannot resume"}`,
      UPDATE,
    );
  if (version === null) return warn("it does not say its version", UPDATE);
  const abilities = ["resumes", `asks: ${approvalPolicies.join(", ")}`];
  if (noDaemon) abilities.push("takes --no-daemon");
  return ok(`${version}: ${abilities.join("; ")}`);
}
