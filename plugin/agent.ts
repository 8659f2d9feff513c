/** The orchestrator's `Agent` for Codex: each method a few calls of what the other modules know. */

import type {
  ActivityDetection,
  ActivityState,
  Agent,
  AgentLaunchConfig,
  AgentSessionInfo,
  ProjectConfig,
  RuntimeHandle,
  Session,
} from "@composio/ao-core";
import { activityOf } from "./activity.js";
import { CodexBinary } from "./codex-binary.js";
import { sessionEnvironment } from "./environment.js";
import type { CommandSettings } from "./launch/command.js";
import { launchCommand, plainCommand, resumeCommand } from "./launch/command.js";
import { roleConfig } from "./launch/role-config.js";
import { isCodexRunning } from "./process/running.js";
import { Snapshots } from "./process/snapshot.js";
import { readScreen } from "./screen.js";
import { SeenOnScreen } from "./seen-on-screen.js";
import type { AgentSettings, PluginSettings } from "./settings.js";
import { readAgentSettings } from "./settings.js";
import { recordedModel, SessionThreads } from "./thread.js";
import { warn } from "./warn.js";
import { prepareWorkspace } from "./workspace-hooks.js";

/** The orchestrator's own default, `DEFAULT_READY_THRESHOLD_MS`. */
const READY_THRESHOLD_MS = 300_000;

/** How long a restore waits for what a binary that was never asked before can do. */
const PATIENCE_MS = 800;

/** One look at the processes serves every instance. */
const snapshots = new Snapshots();

/** The agent of 0.2.0 and what later orchestrators call besides. */
export type CodexAgent = Required<Omit<Agent, "promptDelivery">> &
  Pick<Agent, "promptDelivery"> & {
    recordActivity(session: Session, terminalOutput: string): Promise<void>;
  };

export function createAgent(settings: PluginSettings): CodexAgent {
  const { aoHome } = settings;
  const threads = new SessionThreads(settings.codexHome);
  const binary = new CodexBinary({
    aoHome,
    ...(settings.binary === null ? {} : { binary: settings.binary }),
  });
  const screens = new SeenOnScreen(aoHome);
  // Asked now, so that the first launch may know already.
  binary.factsWithin(0).catch((error: unknown) => warn("cannot look for Codex", error));

  const commandSettings = (
    sessionId: string,
    project: ProjectConfig | undefined,
    agent: AgentSettings,
  ): CommandSettings => ({
    ...agent,
    aoHome,
    sessionId,
    binary: binary.resolveNow(),
    facts: binary.facts(),
    projectPath: project?.path ?? null,
    isClone: project?.workspace === "clone",
  });

  const launchSettings = (config: AgentLaunchConfig): CommandSettings => {
    const { projectConfig, sessionId } = config;
    const path = projectConfig?.path ?? null;
    const agent = readAgentSettings(projectConfig?.agentConfig, { ...config }, path);
    for (const { found, remedy, setting } of agent.problems) {
      warn(`${setting}: ${found}; ${remedy}`);
    }
    return commandSettings(sessionId, projectConfig, agent);
  };

  return {
    name: "codex",
    processName: "codex",

    getLaunchCommand(config: AgentLaunchConfig): string {
      const prompt = config.prompt ?? null;
      try {
        return launchCommand(launchSettings(config), prompt);
      } catch (error) {
        // A throw would destroy the new work tree.
        warn(`cannot compose the launch of ${config.sessionId}, it goes without settings`, error);
        return plainCommand(prompt);
      }
    },

    getEnvironment({ issueId, sessionId }: AgentLaunchConfig): Record<string, string> {
      return sessionEnvironment(settings, sessionId, issueId);
    },

    detectActivity(terminalOutput: string): ActivityState {
      return readScreen(terminalOutput);
    },

    async getActivityState(
      session: Session,
      readyThresholdMs: number = READY_THRESHOLD_MS,
    ): Promise<ActivityDetection | null> {
      const now = Date.now();
      const handle = session.runtimeHandle;
      if (handle === null || !(await isCodexRunning(handle, snapshots))) {
        return { state: "exited", timestamp: new Date(now) };
      }
      const rollout = await threads.activity(session);
      if (rollout === null) return null;
      const detected = activityOf(rollout, now, readyThresholdMs);
      if (detected.state !== "active") return detected;
      const askedAt = await screens.questionSeenAtMs(session.id, now);
      const isAsking = askedAt !== null && askedAt >= (rollout.lastRecordAtMs ?? 0);
      return isAsking ? { state: "waiting_input", timestamp: new Date(askedAt) } : detected;
    },

    async recordActivity(session: Session, terminalOutput: string): Promise<void> {
      try {
        await screens.record(session.id, readScreen(terminalOutput));
      } catch (error) {
        warn(`cannot note what the screen of ${session.id} shows`, error);
      }
    },

    isProcessRunning(handle: RuntimeHandle): Promise<boolean> {
      return isCodexRunning(handle, snapshots);
    },

    getSessionInfo(session: Session): Promise<AgentSessionInfo | null> {
      return threads.info(session);
    },

    async getRestoreCommand(session: Session, project: ProjectConfig): Promise<string | null> {
      const thread = await threads.find(session);
      if (thread === null || !(await binary.factsWithin(PATIENCE_MS)).resume) return null;
      const agent = readAgentSettings(roleConfig(session, project), {}, project.path);
      const model = agent.model ?? (await recordedModel(thread));
      return resumeCommand(
        commandSettings(session.id, project, { ...agent, model }),
        thread.threadId,
      );
    },

    async postLaunchSetup(session: Session): Promise<void> {
      await prepareWorkspace(session.workspacePath, settings);
    },

    async setupWorkspaceHooks(workspacePath: string): Promise<void> {
      await prepareWorkspace(workspacePath, settings);
    },
  };
}
