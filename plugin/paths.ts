/** Paths as a user writes them, and as places on the disk. */

import { realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join, normalize } from "node:path";

/** The user's home directory; an empty string where neither `HOME` nor the account names one. */
export function homeDirectory(): string {
  try {
    // An empty `HOME` is none.
    return homedir() || userInfo().homedir;
  } catch {
    return "";
  }
}

/** The path with a leading `~` as the user's home directory, as a shell would expand it. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homeDirectory(), path.slice(1)) : path;
}

/** The orchestrator's home where nobody names another one. */
export function defaultAoHome(): string {
  return join(homeDirectory(), ".ao");
}

/** The path without links, as far as it is there: a link and its target are one place. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return normalize(path).replace(/(?<=.)\/+$/, "");
  }
}
