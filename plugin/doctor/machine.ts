/** The machine that the checks look at: one workspace of one user, with what is configured for it. */

import { join } from "node:path";
import type * as Addon from "../../index.js";
import { SessionLooks } from "../session/look.js";
import { readPluginSettings } from "../settings.js";
import type { PluginSettings } from "../settings.js";
import type { SessionThread } from "../session/thread.js";
import { findThread } from "../session/thread.js";
import { homeDirectory } from "../paths.js";
import { findConfiguration } from "./configuration.js";
import type { Configuration, Project } from "./configuration.js";
import { isDirectory } from "./files.js";
import { pretendSession } from "./pretend.js";
import { sessionCodex } from "./session-codex.js";
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
  /** The place where the wrappers are. */
  wrappers: string;
  session: KnownSession | null;
  /** True if an orchestrator was ever here. */
  hasOrchestrator: boolean;
  configuration: Configuration | null;
  /** The project that the workspace belongs to. */
  project: Project | null;
  /** The Codex that a launch runs. */
  codex(): Promise<string | null>;
  /** The one that runs in this terminal's session, where nothing else is named; `null` elsewhere. */
  sessionCodex: string | null;
  looks: SessionLooks;
  /** The thread that a session here goes on with: other sessions in the same directory do not mislead. */
  thread(): Promise<SessionThread | null>;
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
  const project = configuration?.projects.find(({ isMeant }) => isMeant) ?? null;
  const here = { env, project, session, workspace };
  let binary = settings.binary;
  const looks = new SessionLooks({ codexHome, aoHome, binary: () => binary });
  const running = binary === null ? await inThisTerminal(here, looks) : null;
  binary ??= running;
  const search = { aoHome, ...(binary !== null && { binary }) };
  return {
    native,
    env,
    workspace,
    settings,
    codexHome,
    wrappers: native.wrappersDirectorySync({ aoHome }),
    session,
    hasOrchestrator: session !== null || configuration !== null || hasOrchestrator(aoHome, env),
    configuration,
    project,
    codex: () => native.resolveBinary(search),
    sessionCodex: running,
    looks,
    // Where no session is known, what hooks told of others says nothing.
    thread: () =>
      session === null
        ? native.findRollout(workspace, { codexHome })
        : findThread(pretendSession(here), looks),
  };
}

/** The variables that an orchestrator sets for its sessions. */
const OF_ORCHESTRATORS = ["AO_SESSION", "AO_DATA_DIR", "AO_CONFIG_PATH", "AO_HOME"];

function hasOrchestrator(aoHome: string, env: NodeJS.ProcessEnv): boolean {
  const homes = [aoHome, join(homeDirectory(), ".agent-orchestrator")];
  return OF_ORCHESTRATORS.some((name) => env[name]) || homes.some(isDirectory);
}

/** A shell in a session's terminal has a PATH of its own; the orchestrator looked in another. */
async function inThisTerminal(
  here: Parameters<typeof pretendSession>[0],
  looks: SessionLooks,
): Promise<string | null> {
  const tmux = here.session?.isOurs ? pretendSession(here).runtimeHandle : null;
  return tmux === null ? null : sessionCodex(tmux, looks);
}
