/** The command that starts a new thread in this workspace. */

import { launchCommand } from "../../launch/command.js";
import type { Check, Finding } from "../check.js";
import { ok } from "../check.js";
import type { Machine } from "../machine.js";
import { commandSettings } from "../command-settings.js";

export const launch: Check = {
  id: "launch",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    if (process.platform === "win32") return ok("not for Windows: launches are for a POSIX shell");
    return ok(launchCommand(await commandSettings(machine), null));
  },
};
