/**
 * The members of core 0.9.1, the last one in TypeScript, that an agent's plugin meets. That core is in no registry;
 * names and types are as observed.
 */
export type ActivityState = "active" | "ready" | "idle" | "waiting_input" | "blocked" | "exited";

export type SessionStatus =
  | "spawning"
  | "working"
  | "detecting"
  | "pr_open"
  | "ci_failed"
  | "review_pending"
  | "changes_requested"
  | "approved"
  | "mergeable"
  | "merged"
  | "cleanup"
  | "needs_input"
  | "stuck"
  | "errored"
  | "killed"
  | "idle"
  | "done"
  | "terminated";

export interface RuntimeHandle {
  id: string;
  runtimeName: string;
  data: Record<string, unknown>;
}

export interface ActivityDetection {
  state: ActivityState;
  timestamp?: Date;
}

export interface ActivitySignal {
  state: string;
  activity: ActivityState | null;
  timestamp?: Date;
  source: string;
  detail?: string;
}

export interface AgentSessionInfo {
  summary: string | null;
  summaryIsFallback?: boolean;
  agentSessionId: string | null;
  metadata?: Record<string, string>;
  cost?: { inputTokens: number; outputTokens: number; estimatedCostUsd: number };
}

export interface PullRequest {
  number: number;
  url: string;
  title: string;
  owner: string;
  repo: string;
  branch: string;
  baseBranch: string;
  isDraft: boolean;
}

export interface Session {
  id: string;
  projectId: string;
  status: SessionStatus;
  activity: ActivityState | null;
  activitySignal: ActivitySignal;
  lifecycle: { version: number; session: object; pr: object; runtime: object };
  branch: string | null;
  issueId: string | null;
  pr: PullRequest | null;
  prs: PullRequest[];
  workspacePath: string | null;
  runtimeHandle: RuntimeHandle | null;
  agentInfo: AgentSessionInfo | null;
  createdAt: Date;
  lastActivityAt: Date;
  restoredAt?: Date;
  metadata: Record<string, string>;
}

export type AgentPermissionMode = "permissionless" | "default" | "auto-edit" | "suggest";

export interface AgentSpecificConfig {
  permissions?: AgentPermissionMode;
  model?: string;
  orchestratorModel?: string;
  [key: string]: unknown;
}

export interface RoleConfig {
  agent?: string;
  agentConfig?: AgentSpecificConfig;
}

export interface ProjectConfig {
  name: string;
  repo?: string;
  path: string;
  resolveError?: string;
  defaultBranch: string;
  sessionPrefix: string;
  enabled?: boolean;
  runtime?: string;
  agent?: string;
  workspace?: string;
  env?: Record<string, string>;
  symlinks?: string[];
  postCreate?: string[];
  agentConfig?: AgentSpecificConfig;
  orchestrator?: RoleConfig;
  worker?: RoleConfig;
  agentRules?: string;
  agentRulesFile?: string;
  orchestratorRules?: string;
}

export interface AgentLaunchConfig {
  sessionId: string;
  projectConfig: ProjectConfig;
  workspacePath?: string;
  issueId?: string;
  prompt?: string;
  permissions?: AgentPermissionMode | "skip";
  model?: string;
  systemPrompt?: string;
  systemPromptFile?: string;
  subagent?: string;
}

export interface WorkspaceHooksConfig {
  dataDir: string;
  sessionId?: string;
}

export interface PreflightContext {
  project: ProjectConfig;
  intent: { role: "worker" | "orchestrator"; willClaimExistingPR: boolean };
}

export interface Agent {
  readonly name: string;
  readonly processName: string;
  readonly promptDelivery?: "inline" | "post-launch";
  getLaunchCommand(config: AgentLaunchConfig): string;
  getEnvironment(config: AgentLaunchConfig): Record<string, string>;
  detectActivity(terminalOutput: string): ActivityState;
  getActivityState(session: Session, readyThresholdMs?: number): Promise<ActivityDetection | null>;
  isProcessRunning(handle: RuntimeHandle): Promise<boolean | "indeterminate">;
  getSessionInfo(session: Session): Promise<AgentSessionInfo | null>;
  getRestoreCommand?(session: Session, project: ProjectConfig): Promise<string | null>;
  preLaunchSetup?(workspacePath: string): Promise<void>;
  postLaunchSetup?(session: Session): Promise<void>;
  setupWorkspaceHooks?(workspacePath: string, config: WorkspaceHooksConfig): Promise<void>;
  recordActivity?(session: Session, terminalOutput: string): Promise<void>;
  preflight?(context: PreflightContext): Promise<void>;
}

export interface PluginManifest {
  name: string;
  slot: "runtime" | "agent" | "workspace" | "tracker" | "scm" | "notifier" | "terminal";
  description: string;
  version: string;
  displayName?: string;
}

export interface PluginModule<T = unknown> {
  manifest: PluginManifest;
  create(config?: Record<string, unknown>): T;
  detect?(): boolean;
}
