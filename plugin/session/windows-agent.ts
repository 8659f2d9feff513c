/**
 * The plugin's agent on Windows. There is no tmux, and the lines that start Codex are a POSIX shell's: so it starts
 * nothing and says where the orchestrator works, instead of handing out lines that no shell there understands. What is
 * read from rollouts is as everywhere.
 */

import type { ActivityState, AgentSessionInfo, CodexAgent, Session } from "../host.js";
import { SessionLooks } from "./look.js";
import { readScreen } from "./screen/screen.js";
import { sessionInfo } from "./thread.js";
import type { PluginSettings } from "../settings.js";
import { warn } from "../terminal/warn.js";

const WHERE = "sessions of Codex need tmux: run the orchestrator in WSL";

/**
 * A line that cmd, PowerShell and a POSIX shell print alike: no quotes, no commas, nothing that one of them expands.
 */
const LAUNCH =
  "echo ao-codex: On Windows sessions of Codex need tmux - run the orchestrator in WSL";

export function createWindowsAgent({ aoHome, codexHome }: PluginSettings): CodexAgent {
  const looks = new SessionLooks({ codexHome, aoHome, binary: () => null });
  warn(`on Windows ${WHERE}`);
  return {
    name: "codex",
    processName: "codex",
    // A throw would destroy the work tree, and tell nobody.
    getLaunchCommand: () => LAUNCH,
    getEnvironment: () => ({}),
    detectActivity: (terminalOutput: string): ActivityState => readScreen(terminalOutput),
    getActivityState: () => Promise.resolve(null),
    recordActivity: () => Promise.resolve(),
    isProcessRunning: (() =>
      Promise.resolve("indeterminate")) as unknown as CodexAgent["isProcessRunning"],
    getSessionInfo: (session: Session): Promise<AgentSessionInfo | null> =>
      sessionInfo(session, looks),
    getRestoreCommand: () => Promise.resolve(null),
    preLaunchSetup: () => Promise.resolve(),
    postLaunchSetup: () => Promise.resolve(),
    preflight: () => Promise.reject(new Error(`On Windows ${WHERE}.`)),
    setupWorkspaceHooks: () => Promise.resolve(),
  };
}
