/** The options of `create()`; each also by an environment variable. */
export interface PluginOptions {
  /** `CODEX_HOME`; `~/.codex` by default. */
  codexHome?: string;
  /** `AO_HOME`; `~/.ao` by default. */
  aoHome?: string;
  /** `AO_CODEX_BINARY`; looked up by default. */
  binary?: string;
  /** `AO_CODEX_AGENTS_SECTION` (`false`): whether a workspace's AGENTS.md tells the agent of the wrappers. */
  agentsSection?: boolean;
  /** `AO_CODEX_HOOKS` (`false`): whether Codex tells of its state through hooks. */
  hooks?: boolean;
}
