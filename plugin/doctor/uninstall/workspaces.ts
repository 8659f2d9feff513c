/** The workspaces that sessions may have had: there are sections of AGENTS.md and activity logs of ours. */

import type * as Addon from "../../../index.js";
import { realPath } from "../../paths.js";
import { findConfiguration } from "../configuration.js";
import { isDirectory } from "../files.js";
import { metadataFile, readMetadata } from "../metadata-file.js";
import { allSessions } from "../session.js";

/** Each once, those that are named first: what hooks told, what orchestrators know, and the projects themselves. */
export async function knownWorkspaces(
  native: Pick<typeof Addon, "listSessionEvents">,
  aoHome: string,
  named: readonly string[],
): Promise<string[]> {
  const events = await native.listSessionEvents({ aoHome }).catch(() => []);
  const hooked = events.flatMap(({ threads }) => threads.flatMap(({ cwd }) => cwd ?? []));
  const recorded = allSessions().flatMap(({ directory, session }) => {
    const file = metadataFile(directory, session);
    return (file === null ? null : readMetadata(file))?.["worktree"] ?? [];
  });
  const configuration = findConfiguration(process.cwd(), null, process.env);
  const projects = configuration?.projects.flatMap((project) => project.path ?? []) ?? [];
  const all = [...named, ...hooked, ...recorded, ...projects].map(realPath);
  return [...new Set(all)].filter(isDirectory);
}
