/** What the checks look at: one workspace of one user, with what is configured for it. */

import { join } from "node:path";
import type * as Addon from "../../index.js";
import { readPluginSettings } from "../settings.js";
import type { PluginSettings } from "../settings.js";
import { findConfiguration } from "./configuration.js";
import type { Configuration, Project } from "./configuration.js";
import { findSession } from "./session.js";
import type { KnownSession } from "./session.js";

export interface Machine {
  native: typeof Addon;
  env: NodeJS.ProcessEnv;
  /** Absolute. */
  workspace: string;
  settings: PluginSettings;
  /** The Codex home in force. */
  codexHome: string;
  /** Where the wrappers are. */
  wrappers: string;
  session: KnownSession | null;
  configuration: Configuration | null;
  /** The project that the workspace belongs to. */
  project: Project | null;
  /** The Codex that a launch runs. */
  codex(): Promise<string | null>;
  /** The thread that a session here goes on with. */
  thread(): Promise<Addon.ThreadHead | null>;
}

export interface Given {
  workspace: string;
  codexHome?: string;
  aoHome?: string;
}

export async function lookAround(
  native: typeof Addon,
  { workspace, ...options }: Given,
  env: NodeJS.ProcessEnv,
): Promise<Machine> {
  const settings = readPluginSettings(options, env);
  const { aoHome } = settings;
  const codexHome = settings.codexHome ?? (await native.places()).codexHome ?? "";
  const session = findSession(workspace, env);
  const configuration = findConfiguration(workspace, session, env);
  const search = { aoHome, ...(settings.binary !== null && { binary: settings.binary }) };
  return {
    native,
    env,
    workspace,
    settings,
    codexHome,
    wrappers: join(aoHome, "bin"),
    session,
    configuration,
    project: configuration?.projects.find(({ isMeant }) => isMeant) ?? null,
    codex: () => native.resolveBinary(search),
    thread: () => native.findRollout(workspace, { codexHome }),
  };
}
