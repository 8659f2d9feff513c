/** The command that goes on with this workspace's thread. */

import { path } from "../../terminal/format.js";
import { plain } from "../../terminal/text.js";
import { resumeCommand } from "../../launch/command.js";
import { hasMoved } from "../../session/moved.js";
import { recordedModel } from "../../session/thread.js";
import { isThreadId } from "../../thread-id.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Machine } from "../machine.js";
import { commandSettings } from "../command-settings.js";

export const resume: Check = {
  id: "resume",
  async look(machine: Machine): Promise<Finding> {
    const thread = await machine.thread();
    if (!machine.hasOrchestrator) return alone(thread?.threadId);
    if (process.platform === "win32") return ok("not for Windows: restores are for a POSIX shell");
    if (thread === null) return ok("nothing to resume: a restore starts a new thread");
    if ((await machine.codex()) === null) return ok("not composed: there is no codex");
    const settings = await commandSettings(machine);
    if (!settings.facts.resume)
      return ok("a restore starts a new thread: the installed codex cannot resume");
    const model = settings.model ?? (await recordedModel(thread));
    const isMoved = await hasMoved(thread.rolloutPath, machine.workspace);
    const command = resumeCommand({ ...settings, model }, thread.threadId, isMoved);
    return command === null
      ? fail(
          `${plain(thread.threadId)} is no thread id that is safe on a command line`,
          `move ${path(thread.rolloutPath)} away: nobody's Codex writes such an id`,
        )
      : ok(command);
  },
};

/** Nobody restores: a person types it. */
function alone(threadId: string | undefined): Finding {
  if (threadId === undefined) return ok("nothing to resume: no thread began here");
  return isThreadId(threadId)
    ? ok(`codex resume ${threadId}`)
    : warn(
        `${plain(threadId)} is no thread id that is safe on a command line`,
        "run codex resume, and choose the thread from its list",
      );
}
