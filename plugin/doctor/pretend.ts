/** This workspace as the orchestrator would hand it to the plugin, and what the plugin would make of it. */

import type { ProjectConfig, Session } from "@composio/ao-core";
import { CodexBinary } from "../launch/codex-binary.js";
import { Hooks } from "../launch/hooks/trust.js";
import type { CommandSettings } from "../launch/command.js";
import { roleConfig } from "../launch/role-config.js";
import { readAgentSettings } from "../settings.js";
import type { Machine } from "./machine.js";

/**
 * What a launch is composed of. Not asked of the agent itself: that would note a launch of the session, and threads
 * from before it would no longer be the session's.
 */
export async function commandSettings(machine: Machine): Promise<CommandSettings> {
  const { project, settings } = machine;
  const { aoHome } = settings;
  const found = await machine.codex();
  const binary = new CodexBinary({ aoHome, ...(found !== null && { binary: found }) });
  const facts = await binary.factsWithin(FACTS_LIMIT_MS);
  const agent = agentSettings(machine);
  const path = binary.resolveNow();
  const hasHooks = agent.hooks && new Hooks(aoHome, settings.hooks).valueFor(path) !== null;
  return {
    ...agent,
    // What is too long to be typed would be put into files for the session.
    systemPrompt: agent.systemPrompt === null ? null : LONG,
    aoHome,
    sessionId: sessionId(machine),
    binary: path,
    facts,
    hooks: hasHooks ? LONG : null,
    projectPath: project?.path ?? machine.workspace,
    isClone: project?.settings["workspace"] === "clone",
  };
}

/** In place of a long value. */
const LONG = "…";

/** `codex-version` has asked already. */
const FACTS_LIMIT_MS = 3_000;

function sessionId({ session }: Machine): string {
  return session?.id || "doctor";
}

/** What is wrong in them is passed over: `settings` has said so already. */
function agentSettings(machine: Machine) {
  const { project, workspace } = machine;
  const raw = { agentConfig: {}, ...project?.settings } as unknown as ProjectConfig;
  return readAgentSettings(
    roleConfig(pretendSession(machine), raw),
    {},
    project?.path ?? workspace,
  );
}

export function pretendSession(
  machine: Pick<Machine, "session" | "workspace" | "project" | "env">,
): Session {
  const { env, project, session, workspace } = machine;
  const now = new Date();
  const tmux = session?.isOurs ? env["AO_TMUX_NAME"] : session?.metadata["tmuxName"];
  return {
    id: session?.id || "doctor",
    projectId: project?.id ?? "",
    status: "working",
    activity: null,
    branch: null,
    issueId: null,
    pr: null,
    workspacePath: workspace,
    runtimeHandle: tmux ? { id: tmux, runtimeName: "tmux", data: {} } : null,
    agentInfo: null,
    createdAt: now,
    lastActivityAt: now,
    metadata: session?.metadata ?? {},
  };
}
