/** This workspace as the orchestrator would hand it to the plugin. */

import type { Session } from "../host.js";
import type { KnownSession } from "./session.js";

/** As much of a machine as a session is made of. */
interface Place {
  env: NodeJS.ProcessEnv;
  session: KnownSession | null;
  /** Absolute. */
  workspace: string;
}

/** The id of a session that no orchestrator has. */
const NO_SESSION = "doctor";

export function sessionIdOf({ session }: Pick<Place, "session">): string {
  return session?.id || NO_SESSION;
}

export function pretendSession({ env, session, workspace }: Place): Session {
  const tmux = session?.isOurs ? env["AO_TMUX_NAME"] : session?.metadata["tmuxName"];
  return {
    id: sessionIdOf({ session }),
    workspacePath: workspace,
    runtimeHandle: tmux ? { id: tmux, runtimeName: "tmux", data: {} } : null,
    metadata: session?.metadata ?? {},
  };
}
