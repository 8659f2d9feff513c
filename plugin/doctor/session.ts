/** The orchestrator's session of a workspace: the one this process runs in, else the one whose work tree this is. */

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { metadataFile, readMetadata } from "./metadata-file.js";
import { homeDirectory, realPath } from "../paths.js";

export interface KnownSession {
  id: string;
  /** `AO_DATA_DIR`, or the directory where its file was found; `null` where the variable is not set. */
  dataDir: string | null;
  /** True if this process runs in it. */
  isOurs: boolean;
  metadata: Record<string, string>;
}

/** Sessions that are looked through: more than any orchestrator runs. */
const MOST = 2_000;

export function findSession(workspace: string, env: NodeJS.ProcessEnv): KnownSession | null {
  const place = realPath(workspace);
  const { AO_SESSION: id, AO_DATA_DIR: dataDir } = env;
  if (id || dataDir) {
    const ours = ofEnvironment(id ?? "", dataDir || null);
    // Who asks about another workspace asks about its session.
    if (realPath(ours.metadata["worktree"] ?? workspace) === place) return ours;
  }
  for (const { directory, session } of allSessions().slice(0, MOST)) {
    const file = metadataFile(directory, session);
    const metadata = file === null ? null : readMetadata(file);
    const workTree = metadata?.["worktree"];
    if (metadata === null || workTree === undefined) continue;
    if (realPath(workTree) !== place) continue;
    return { id: session, dataDir: directory, isOurs: false, metadata };
  }
  return null;
}

function ofEnvironment(id: string, dataDir: string | null): KnownSession {
  const file = dataDir === null || id === "" ? null : metadataFile(dataDir, id);
  const metadata = (file === null ? null : readMetadata(file)) ?? {};
  return { id, dataDir, isOurs: true, metadata };
}

/** `~/.agent-orchestrator/<project>/sessions/` at 0.2.0, `…/projects/<project>/sessions/` later. */
export function allSessions(): { directory: string; session: string }[] {
  const home = join(homeDirectory(), ".agent-orchestrator");
  const projects = [home, join(home, "projects")].flatMap((parent) =>
    namesIn(parent).map((name) => join(parent, name, "sessions")),
  );
  return projects.flatMap((directory) =>
    namesIn(directory).map((name) => ({ directory, session: name.replace(/\.json$/, "") })),
  );
}

/** The file in which the orchestrator notes which configuration a session's project is of. */
export function originOf({ dataDir }: KnownSession): string | null {
  return dataDir === null ? null : join(dirname(dataDir), ".origin");
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
