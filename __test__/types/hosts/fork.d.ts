/** A fork as strict as one can be: properties instead of methods, whose arguments are compared the other way round. */
export interface Session {
  readonly id: string;
  readonly status: "queued" | "running" | "over";
  readonly workspacePath: string | null;
  readonly runtimeHandle: { id: string; runtimeName: string; data: Record<string, unknown> } | null;
  readonly metadata: Record<string, string>;
  readonly team: { name: string };
}

export interface ProjectConfig {
  readonly path: string;
  readonly agentConfig?: Record<string, unknown>;
}

export interface Agent {
  readonly getLaunchCommand: (config: {
    sessionId: string;
    projectConfig: ProjectConfig;
    prompt: string;
    permissions: "permissionless" | "suggest";
  }) => string;
  readonly detectActivity: (terminalOutput: string) => string;
  readonly getActivityState: (session: Session) => Promise<{ state: string } | null>;
  readonly getSessionInfo: (session: Session) => Promise<{ summary: string | null } | null>;
  readonly getRestoreCommand: (session: Session, project: ProjectConfig) => Promise<string | null>;
  readonly isProcessRunning: (handle: {
    id: string;
    runtimeName: string;
    data: Record<string, unknown>;
  }) => Promise<boolean>;
}
