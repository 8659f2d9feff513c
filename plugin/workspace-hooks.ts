/** What the plugin puts on disk for its sessions: the wrappers, and the section of AGENTS.md that speaks of them. */

import type { PluginSettings } from "./settings.js";

/** Installs what is missing in a workspace. Never rejects: a session without wrappers is still a session. */
export async function prepareWorkspace(
  _workspacePath: string,
  _settings: PluginSettings,
): Promise<void> {
  // The wrappers are not part of the package yet.
}
