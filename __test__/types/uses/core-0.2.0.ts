import plugin, * as named from "@ao/plugin-codex";
import type { Agent, AgentSessionInfo, PluginModule, Session } from "@composio/ao-core";

export const byDefault: PluginModule<Agent> = plugin;
export const byNames: PluginModule<Agent> = named;
export const agent: Agent = named.create({ codexHome: "/home/dev/.codex" });

export async function infoOf(session: Session): Promise<AgentSessionInfo | null> {
  return named.create().getSessionInfo(session);
}
