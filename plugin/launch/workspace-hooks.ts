/**
 * The files that the plugin puts on disk for its sessions: the wrappers in `~/.ao/bin`, and the section of the
 * workspace's AGENTS.md that tells the agent of them.
 */

import { beginActivityLog, installAgentsSection, installWrappers } from "../native.js";
import type { PluginSettings } from "../settings.js";
import { warn } from "../terminal/warn.js";

/**
 * Installs what is missing. Never rejects: the orchestrator destroys a new work tree when this fails, and a session
 * without wrappers is still a session. What failed is said on stderr, and `ao-codex doctor` finds it.
 */
export async function prepareWorkspace(
  workspacePath: string | null,
  { aoHome, agentsSection }: PluginSettings,
): Promise<void> {
  await Promise.all([
    attempt("install the wrappers", () => installWrappers({ aoHome, nodePath: process.execPath })),
    workspacePath === null || !agentsSection
      ? null
      : attempt(`add the section to the AGENTS.md of ${workspacePath}`, () =>
          installAgentsSection(workspacePath),
        ),
  ]);
}

/** Begins the workspace's activity log anew: what stands there is of an earlier launch. Never rejects. */
export async function prepareActivityLog(workspacePath: string): Promise<void> {
  await attempt(`begin the activity log of ${workspacePath}`, () =>
    beginActivityLog(workspacePath),
  );
}

async function attempt(what: string, install: () => Promise<unknown>): Promise<void> {
  try {
    await install();
  } catch (error) {
    warn(`cannot ${what}`, error);
  }
}
