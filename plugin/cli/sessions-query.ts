/** The questions that `ao-codex sessions` asks of a Codex home. */
import { columnsOf } from "../terminal/stdout.js";
import { scope } from "./options.js";
import type { SessionsOptions } from "./options.js";

/** From how many columns on a terminal there is room for more than the usual. */
export const WIDE = { context: 112, branch: 126, title: 150, repo: 176 };

/** The threads that began in the workspace, and their repositories where somebody sees them. */
export function sessionsQuery(options: SessionsOptions) {
  const hasRepos = options.repo !== undefined || (!options.json && columnsOf() >= WIDE.repo);
  return {
    ...scope(options),
    workspaceMatch: "began" as const,
    ...(hasRepos && { by: "repo,thread" }),
  };
}
