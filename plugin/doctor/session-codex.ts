/** The Codex that runs in a session's terminal: the orchestrator found it, in a PATH that may be another than ours. */

import { isAbsolute } from "node:path";
import type { RuntimeHandle } from "../host.js";
import type { SessionLooks } from "../session/look.js";
import { isFile, may } from "./files.js";

/** The path that it was started by; `null` where none runs, or the system does not tell. */
export async function sessionCodex(
  handle: RuntimeHandle,
  looks: SessionLooks,
): Promise<string | null> {
  // Where processes cannot be seen, `activity` says so.
  const { program } = await looks.process(handle);
  const isProgram = program !== null && isAbsolute(program) && isFile(program);
  return isProgram && may(program, "run") ? program : null;
}
