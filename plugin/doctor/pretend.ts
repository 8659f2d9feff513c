/** This workspace as the orchestrator would hand it to the plugin. */

import type { ProjectConfig, Session } from "@composio/ao-core";
import { roleConfig } from "../launch/role-config.js";
import { readAgentSettings } from "../settings.js";
import type { Machine } from "./machine.js";

export function sessionId({ session }: Machine): string {
  return session?.id || "doctor";
}

/** The project, with what is wrong in its settings passed over: `settings` has said so already. */
export function projectConfig(machine: Machine): ProjectConfig {
  const { project, workspace } = machine;
  const raw = { agentConfig: {}, ...project?.settings } as unknown as ProjectConfig;
  const path = project?.path ?? workspace;
  const { model, permissions, systemPromptFile } = readAgentSettings(
    roleConfig(pretendSession(machine), raw),
    {},
    path,
  );
  return {
    name: project?.id ?? "",
    repo: "",
    defaultBranch: "main",
    sessionPrefix: "",
    ...project?.settings,
    path,
    agentConfig: {
      permissions,
      ...(model !== null && { model }),
      ...(systemPromptFile !== null && { systemPromptFile }),
    },
  };
}

export function pretendSession(machine: Machine): Session {
  const now = new Date();
  return {
    id: sessionId(machine),
    projectId: machine.project?.id ?? "",
    status: "working",
    activity: null,
    branch: null,
    issueId: null,
    pr: null,
    workspacePath: machine.workspace,
    runtimeHandle: null,
    agentInfo: null,
    createdAt: now,
    lastActivityAt: now,
    metadata: machine.session?.metadata ?? {},
  };
}
