/** The command that goes on with this workspace's thread. */

import { createAgent } from "../../agent.js";
import { path } from "../../cli/format.js";
import { plain } from "../../cli/text.js";
import { THREAD_ID } from "../../launch/command.js";
import type { Check, Finding } from "../check.js";
import { fail, ok } from "../check.js";
import type { Machine } from "../machine.js";
import { pretendSession, projectConfig } from "../pretend.js";

export const resume: Check = {
  id: "resume",
  async look(machine: Machine): Promise<Finding> {
    const thread = await machine.thread();
    if (thread === null) return ok("nothing to resume: a restore starts a new thread");
    if ((await machine.codex()) === null) return ok("not composed: there is no codex");
    const command = await createAgent({
      ...machine.settings,
      codexHome: machine.codexHome,
    }).getRestoreCommand(pretendSession(machine), projectConfig(machine));
    if (command !== null) return ok(command);
    return THREAD_ID.test(thread.threadId)
      ? ok("a restore starts a new thread: the installed codex cannot resume")
      : fail(
          `${plain(thread.threadId)} is no thread id that is safe on a command line`,
          `move ${path(thread.rolloutPath)} away: nobody's Codex writes such an id`,
        );
  },
};
