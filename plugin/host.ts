/**
 * The orchestrator as this plugin meets it, in types of our own: the members that we read or answer, and no others.
 *
 * Structural, in method syntax, and without an import from any host: there are several (core 0.2.0, its later line,
 * forks under other scopes), and what a program compiles against must fit whichever it has.
 */

/** A session's activity, in the orchestrator's words. */
export type ActivityState = "active" | "ready" | "idle" | "waiting_input" | "blocked" | "exited";

/** A state, and when it was last observed. */
export interface ActivityDetection {
  state: ActivityState;
  timestamp?: Date;
}

/** A terminal or process that a runtime made for a session. */
export interface RuntimeHandle {
  /** For tmux the session's name. */
  id: string;
  runtimeName: string;
  data: Record<string, unknown>;
}

/** A session of the orchestrator. */
export interface Session {
  id: string;
  workspacePath: string | null;
  runtimeHandle: RuntimeHandle | null;
  metadata: Record<string, string>;
}

/** Tokens and what they would cost at API prices. */
export interface CostEstimate {
  inputTokens: number;
  outputTokens: number;
  estimatedCostUsd: number;
}

/** The facts of a session that dashboards show. */
export interface AgentSessionInfo {
  summary: string | null;
  /** True if the summary says nothing of the session's own work; later orchestrators pass such a one over. */
  summaryIsFallback?: boolean;
  agentSessionId: string | null;
  /** Later orchestrators write it into the session's metadata. */
  metadata?: Record<string, string>;
  cost?: CostEstimate;
}

/** The configuration of the agent; any key arrives. */
export type AgentConfig = Record<string, unknown>;

/** A project of `agent-orchestrator.yaml`. */
export interface ProjectConfig {
  path: string;
  workspace?: string;
  agentConfig?: AgentConfig;
  orchestrator?: { agentConfig?: AgentConfig };
  worker?: { agentConfig?: AgentConfig };
}

/** A new session to be started. */
export interface AgentLaunchConfig {
  sessionId: string;
  projectConfig: ProjectConfig;
  /** Later orchestrators say where the session works; 0.2.0 does not. */
  workspacePath?: string;
  issueId?: string;
  prompt?: string;
  permissions?: string;
  model?: string;
  systemPrompt?: string;
  systemPromptFile?: string;
}

/** A spawn that is about to be made. */
export interface PreflightContext {
  project: ProjectConfig;
  intent?: { role?: string };
}

/** The plugin's agent: every member that any of the orchestrators calls. */
export interface CodexAgent {
  readonly name: string;
  readonly processName: string;
  readonly promptDelivery?: "inline" | "post-launch";
  getLaunchCommand(config: AgentLaunchConfig): string;
  getEnvironment(config: AgentLaunchConfig): Record<string, string>;
  detectActivity(terminalOutput: string): ActivityState;
  getActivityState(session: Session, readyThresholdMs?: number): Promise<ActivityDetection | null>;
  recordActivity(session: Session, terminalOutput: string): Promise<void>;
  /** `"indeterminate"` where nobody can tell just now. */
  isProcessRunning(handle: RuntimeHandle): Promise<boolean | "indeterminate">;
  /** As 0.2.0 declares it: there the text counts as alive, which is right. */
  isProcessRunning(handle: RuntimeHandle): Promise<boolean>;
  getSessionInfo(session: Session): Promise<AgentSessionInfo | null>;
  getRestoreCommand(session: Session, project: ProjectConfig): Promise<string | null>;
  /** Before the terminal is made, also at a restore. */
  preLaunchSetup(workspacePath: string): Promise<void>;
  postLaunchSetup(session: Session): Promise<void>;
  /** Before a spawn: rejects with one sentence for the person where a session cannot start. */
  preflight(context: PreflightContext): Promise<void>;
  setupWorkspaceHooks(workspacePath: string): Promise<void>;
}

/** The manifest that an orchestrator's registry asks for before it makes a plugin. */
export interface CodexManifest {
  name: string;
  slot: "agent";
  description: string;
  version: string;
  displayName: string;
}
