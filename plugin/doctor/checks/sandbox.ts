/** Checks what a session in this workspace may do unasked, and what its sandbox keeps it from. */

import type { CommandSettings } from "../../launch/command.js";
import { profileObstacle } from "../../launch/permission-profile.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import { commandSettings } from "../command-settings.js";
import type { Machine } from "../machine.js";
import { codexVersion } from "./codex-version.js";

export const sandbox: Check = {
  id: "sandbox",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    const isFit = (await codexVersion.look(machine)).status !== "fail";
    // Its sandbox is that of a version: which one, codex-binary and codex-version say.
    if ((await machine.codex()) === null || !isFit)
      return ok("not judged: there is no Codex to start");
    return judge(await commandSettings(machine));
  },
};

function judge(settings: CommandSettings): Finding {
  const { permissions } = settings;
  if (permissions === "permissionless") return ok("permissionless: everything that you may do");
  if (permissions === "suggest") return ok("suggest: reads, and asks for everything else");
  const mode = settings.codex.sandbox ?? settings.user.sandbox.mode;
  if (mode === "danger-full-access")
    return ok(`${permissions}: everything that you may do, as your config.toml says`);
  if (mode === "read-only")
    return warn(
      `${permissions}, but the sandbox is read-only: it cannot change a file`,
      "take sandbox out of agentConfig, and sandbox_mode out of your config.toml",
    );
  const obstacle = profileObstacle(settings);
  if (obstacle !== null)
    return warn(
      `${permissions}, but no commit in a repository of its own: ${obstacle}`,
      "install Codex 0.144 or later, or let the orchestrator make work trees (workspace: worktree)",
    );
  const added = [...settings.addDirs, ...settings.user.writableRoots].length;
  const more = added === 0 ? "" : `, and ${added} more directories of yours`;
  return ok(
    `${permissions}: writes its workspace, commits, notes its metadata${more}; ${networkText(settings)}`,
  );
}

function networkText({ networkAccess, permissions, user }: CommandSettings): string {
  const isOn = networkAccess ?? (permissions === "auto-edit" || user.sandbox.network === true);
  return isOn ? "has the network" : "has no network";
}
