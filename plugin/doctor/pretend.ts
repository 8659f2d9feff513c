/** This workspace as the orchestrator would hand it to the plugin. */

import type { Session } from "@composio/ao-core";
import type { Project } from "./configuration.js";
import type { KnownSession } from "./session.js";

/** As much of a machine as a session is made of. */
interface Place {
  env: NodeJS.ProcessEnv;
  /** The project that the workspace belongs to. */
  project: Project | null;
  session: KnownSession | null;
  /** Absolute. */
  workspace: string;
}

/** The id of a session that no orchestrator has. */
const NO_SESSION = "doctor";

export function sessionIdOf({ session }: Pick<Place, "session">): string {
  return session?.id || NO_SESSION;
}

export function pretendSession({ env, project, session, workspace }: Place): Session {
  const now = new Date();
  const tmux = session?.isOurs ? env["AO_TMUX_NAME"] : session?.metadata["tmuxName"];
  return {
    id: sessionIdOf({ session }),
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
