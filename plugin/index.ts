/** The plugin, as the orchestrator loads it. */

import "./addon.js";

import type { Agent, PluginModule } from "@composio/ao-core";
import type { CodexAgent } from "./agent.js";
import { createAgent } from "./agent.js";
import { CodexBinary } from "./codex-binary.js";
import { readPluginSettings } from "./settings.js";
import { ownVersion } from "./version.js";

export type { CodexAgent } from "./agent.js";
export type { PluginOptions } from "./settings.js";

export const manifest = {
  name: "codex",
  slot: "agent" as const,
  description: "Agent plugin: OpenAI Codex CLI",
  version: ownVersion(),
  displayName: "OpenAI Codex",
};

/** The agent; `config` holds `PluginOptions`, each also by an environment variable. */
export function create(config?: Record<string, unknown>): CodexAgent {
  return createAgent(readPluginSettings(config, process.env));
}

/** Whether a Codex is installed. A look at some directories: nothing is run. */
export function detect(): boolean {
  return new CodexBinary({}).isInstalled();
}

const shared = new CodexBinary({});

/** The path of the installed Codex, else `codex`. */
export function resolveCodexBinary(): Promise<string> {
  return shared.resolve();
}

export default { manifest, create, detect } satisfies PluginModule<Agent>;
