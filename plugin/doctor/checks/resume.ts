/** The command that goes on with this workspace's thread. */

import { path } from "../../terminal/format.js";
import { plain } from "../../terminal/text.js";
import { resumeCommand } from "../../launch/command.js";
import { hasMoved } from "../../session/moved.js";
import { recordedModel } from "../../session/thread.js";
import type { Check, Finding } from "../check.js";
import { fail, ok } from "../check.js";
import type { Machine } from "../machine.js";
import { commandSettings } from "../command-settings.js";

export const resume: Check = {
  id: "resume",
  async look(machine: Machine): Promise<Finding> {
    if (process.platform === "win32") return ok("not for Windows: restores are for a POSIX shell");
    const thread = await machine.thread();
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
