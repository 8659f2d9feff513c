import plugin, * as named from "@ao/plugin-codex";
import type { Agent, AgentSessionInfo, PluginModule, Session } from "../hosts/core-0.9.1.js";

export const byDefault: PluginModule<Agent> = plugin;
export const byNames: PluginModule<Agent> = named;
export const agent: Agent = named.create({ codexHome: "/home/dev/.codex" });

export async function infoOf(session: Session): Promise<AgentSessionInfo | null> {
  return named.create().getSessionInfo(session);
}
