/** The state of a session's process, in the orchestrator's words. */

import type { RuntimeHandle } from "../host.js";
import { warn } from "../terminal/warn.js";
import type { SessionLooks } from "./look.js";

/** Never throws: that would count as dead, or make the orchestrator give up on the session after three of them. */
export async function isCodexRunning(
  handle: RuntimeHandle,
  looks: SessionLooks,
): Promise<boolean | "indeterminate"> {
  try {
    const { process } = await looks.process(handle);
    return process === "unknown" ? "indeterminate" : process === "running";
  } catch (error) {
    warn(`cannot tell whether Codex runs in ${handle.id}`, error);
    return "indeterminate";
  }
}
