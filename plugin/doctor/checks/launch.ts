/** The command that starts a new thread in this workspace. */

import { createAgent } from "../../agent.js";
import type { Check, Finding } from "../check.js";
import { ok } from "../check.js";
import type { Machine } from "../machine.js";
import { projectConfig, sessionId } from "../pretend.js";

export const launch: Check = {
  id: "launch",
  async look(machine: Machine): Promise<Finding> {
    const project = projectConfig(machine);
    const { permissions, model } = project.agentConfig ?? {};
    const command = createAgent(machine.settings).getLaunchCommand({
      sessionId: sessionId(machine),
      projectConfig: project,
      ...(permissions !== undefined && { permissions }),
      ...(model !== undefined && { model }),
    });
    return ok(command);
  },
};
