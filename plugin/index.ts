/** The plugin, as the orchestrator loads it. */

import type { CodexAgent, CodexManifest } from "./host.js";
import { createAgent } from "./agent.js";
import { CodexBinary } from "./launch/codex-binary.js";
import { readPluginSettings } from "./settings.js";
import { createWindowsAgent } from "./session/windows-agent.js";
import { ownVersion } from "./version.js";

export type * from "./host.js";
export type { PluginOptions } from "./options.js";

/** The manifest that the orchestrator's registry asks for. */
export const manifest: CodexManifest = {
  name: "codex",
  slot: "agent",
  description: "Agent plugin: OpenAI Codex CLI",
  version: ownVersion(),
  displayName: "OpenAI Codex",
};

/**
 * The agent; `config` holds `PluginOptions`, each also by an environment variable. Never throws: a wrong setting is
 * warned of on stderr, and passed over for a safe one. On Windows it starts no session, and says so.
 */
export function create(config?: Record<string, unknown>): CodexAgent {
  const settings = readPluginSettings(config, process.env);
  return process.platform === "win32" ? createWindowsAgent(settings) : createAgent(settings);
}

/** Tells whether a Codex is installed. A look at some directories: nothing is run, and nothing is thrown. */
export function detect(): boolean {
  return new CodexBinary({}).isInstalled();
}

const shared = new CodexBinary({});

/** The absolute path of the installed Codex, else the bare name `codex`. */
export function resolveCodexBinary(): Promise<string> {
  return shared.resolve();
}

export default { manifest, create, detect };
