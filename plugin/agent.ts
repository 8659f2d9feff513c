/** The orchestrator's `Agent` for Codex: each method a few calls of what the other modules know. */

import { isAbsolute } from "node:path";
import type {
  ActivityDetection,
  ActivityState,
  AgentLaunchConfig,
  AgentSessionInfo,
  CodexAgent,
  PreflightContext,
  ProjectConfig,
  RuntimeHandle,
  Session,
} from "./host.js";
import { after, CodexBinary, QUESTIONS_MS } from "./launch/codex-binary.js";
import { sessionEnvironment } from "./launch/environment.js";
import { answers } from "./launch/guarded.js";
import { SessionLooks } from "./session/look.js";
import { repositoryHooks } from "./launch/hooks/repository.js";
import { Hooks } from "./launch/hooks/trust.js";
import { noteLaunch } from "./native.js";
import type { CommandSettings } from "./launch/command.js";
import { launchCommand, plainCommand, resumeCommand } from "./launch/command.js";
import { obstacle } from "./launch/preflight.js";
import { profileProblem } from "./launch/profile.js";
import { configOfRole, roleConfig } from "./launch/role-config.js";
import { isCodexRunning } from "./session/running.js";
import { readScreen } from "./session/screen/screen.js";
import { SeenOnScreen } from "./session/screen/seen.js";
import type { AgentSettings, PluginSettings } from "./settings.js";
import { readAgentSettings } from "./settings.js";
import { LiveScreens } from "./session/screen/live.js";
import { READY_THRESHOLD_MS } from "./session/state/evidence.js";
import { sessionState } from "./session/state/session-state.js";
import { hasMoved } from "./session/moved.js";
import type { SessionThread } from "./session/thread.js";
import { findThread, recordedModel, sessionInfo } from "./session/thread.js";
import { readUserConfig } from "./launch/user-config.js";
import { warn } from "./terminal/warn.js";
import { prepareActivityLog, prepareWorkspace } from "./launch/workspace-hooks.js";

/** The time that a restore waits for what a binary that was never asked before can do. */
const PATIENCE_MS = 800;

export function createAgent(settings: PluginSettings): CodexAgent {
  const { aoHome } = settings;
  const binary = new CodexBinary({
    aoHome,
    ...(settings.binary === null ? {} : { binary: settings.binary }),
  });
  const screens = new SeenOnScreen(aoHome);
  const looks = new SessionLooks({
    codexHome: settings.codexHome,
    aoHome,
    binary: () => {
      const path = binary.resolveNow();
      return isAbsolute(path) ? path : null;
    },
  });
  const sources = { looks, liveScreens: new LiveScreens() };
  const hooks = new Hooks(aoHome, settings.hooks);
  sayWhatIsWrong(settings);
  // Asked now, so that the first launch may know already.
  askAboutHooks();

  function askAboutHooks(): void {
    prepareHooks().catch((error: unknown) => warn("cannot look for Codex", error));
  }

  async function prepareHooks(): Promise<void> {
    const path = await binary.resolve();
    await binary.factsWithin(0);
    if (isAbsolute(path)) await hooks.prepare(path);
  }

  /** Never waits, and never fails: threads from before may be taken for the session's then, as without hooks. */
  const noteHooks = ({ isTold }: CommandSettings, id: string, thread?: SessionThread) => {
    if (!isTold) return;
    noteLaunch(id, thread, { aoHome }).catch((error: unknown) =>
      warn("cannot note a launch", error),
    );
  };

  const commandSettings = (
    sessionId: string,
    project: ProjectConfig | undefined,
    agent: AgentSettings,
    workspacePath: string | null,
  ): CommandSettings => {
    const deadlineMs = performance.now() + QUESTIONS_MS;
    const path = binary.resolveNow();
    const user = readUserConfig(settings.codexHome);
    const isClone = project?.workspace === "clone";
    const place = { projectPath: project?.path ?? null, workspacePath, isClone };
    const composed = {
      ...agent,
      ...place,
      aoHome,
      sessionId,
      binary: path,
      facts: binary.launchFacts(),
      user,
      ...hooks.of(path, agent.hooks, repositoryHooks(path, place, user, deadlineMs)),
    };
    const problem = profileProblem(composed);
    if (problem !== null) sayWhatIsWrong({ problems: [problem] });
    return composed;
  };

  const launchSettings = (config: AgentLaunchConfig): CommandSettings => {
    const { projectConfig, sessionId } = config;
    const path = projectConfig?.path ?? null;
    const here = path !== null && answers(path) ? path : null;
    const agent = readAgentSettings(projectConfig?.agentConfig, { ...config }, here);
    sayWhatIsWrong(agent);
    // It may have been replaced since; one that was asked is not asked again.
    askAboutHooks();
    return commandSettings(sessionId, projectConfig, agent, config.workspacePath ?? null);
  };

  return {
    name: "codex",
    processName: "codex",

    getLaunchCommand(config: AgentLaunchConfig): string {
      const prompt = config.prompt ?? null;
      try {
        const launch = launchSettings(config);
        noteHooks(launch, config.sessionId);
        return launchCommand(launch, prompt);
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
      const decision = await sessionState(session, readyThresholdMs, sources);
      return decision && { state: decision.state, timestamp: new Date(decision.atMs) };
    },

    async recordActivity(session: Session, terminalOutput: string): Promise<void> {
      try {
        await screens.record(session.id, readScreen(terminalOutput));
      } catch (error) {
        warn(`cannot note what the screen of ${session.id} shows`, error);
      }
    },

    isProcessRunning: ((handle: RuntimeHandle) =>
      isCodexRunning(handle, looks)) as CodexAgent["isProcessRunning"],

    getSessionInfo(session: Session): Promise<AgentSessionInfo | null> {
      return sessionInfo(session, looks);
    },

    async getRestoreCommand(session: Session, project: ProjectConfig): Promise<string | null> {
      const thread = await findThread(session, looks);
      const [facts] = await Promise.all([
        binary.factsWithin(PATIENCE_MS),
        Promise.race([prepareHooks(), after(PATIENCE_MS)]),
      ]);
      if (thread === null || !facts.resume) return null;
      const agent = readAgentSettings(roleConfig(session, project), {}, project.path);
      const model = agent.model ?? (await recordedModel(thread));
      const resume = commandSettings(
        session.id,
        project,
        { ...agent, model },
        session.workspacePath ?? null,
      );
      noteHooks(resume, session.id, thread);
      return resumeCommand(
        resume,
        thread.threadId,
        await hasMoved(thread.rolloutPath, session.workspacePath ?? null),
      );
    },

    async preLaunchSetup(workspacePath: string): Promise<void> {
      await Promise.all([
        prepareWorkspace(workspacePath, settings),
        prepareActivityLog(workspacePath),
      ]);
      await Promise.race([prepareHooks(), after(PATIENCE_MS)]).catch((error: unknown) =>
        warn("cannot look for Codex", error),
      );
    },

    async preflight({ intent, project }: PreflightContext): Promise<void> {
      const found = await obstacle(binary.resolve(), {
        codexHome: settings.codexHome,
        projectPath: project?.path ?? null,
        agentConfig: configOfRole(intent?.role === "orchestrator", project ?? {}),
      });
      if (found !== null) throw new Error(found);
    },

    async postLaunchSetup(session: Session): Promise<void> {
      await prepareWorkspace(session.workspacePath, settings);
    },

    async setupWorkspaceHooks(workspacePath: string): Promise<void> {
      await prepareWorkspace(workspacePath, settings);
    },
  };
}

/** The warnings that were given already: a project's settings are read at every launch. */
const said = new Set<string>();

function sayWhatIsWrong({ problems }: Pick<PluginSettings | AgentSettings, "problems">): void {
  for (const { found, remedy, setting } of problems) {
    const line = `${setting}: ${found}; ${remedy}`;
    if (said.has(line)) continue;
    said.add(line);
    warn(line);
  }
}
