/**
 * `agentConfig` of a session as the orchestrator merges it at launch. At restore it hands over the project's
 * configuration as it was written, so the same is done here.
 */

import type { ProjectConfig, Session } from "../host.js";

export function roleConfig(session: Session, project: ProjectConfig): Record<string, unknown> {
  const isOrchestrator =
    session.metadata?.["role"] === "orchestrator" || session.id.endsWith("-orchestrator");
  return configOfRole(isOrchestrator, project);
}

/** The settings of a session that is yet to be. */
export function configOfRole(
  isOrchestrator: boolean,
  project: Partial<ProjectConfig>,
): Record<string, unknown> {
  const shared = project.agentConfig ?? {};
  const own = (isOrchestrator ? project.orchestrator : project.worker)?.agentConfig ?? {};
  const merged = { ...shared, ...withoutUndefined(own) };
  if (!isOrchestrator) return merged;
  const model =
    own["orchestratorModel"] ?? own["model"] ?? shared["orchestratorModel"] ?? shared["model"];
  // It runs the orchestrator's own commands, and nobody sits beside it to agree.
  return { ...merged, model, permissions: "permissionless" };
}

function withoutUndefined(config: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
