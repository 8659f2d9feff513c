/** Paths as places: a link and its target are one. */

import { realpathSync } from "node:fs";
import { normalize } from "node:path";

/** The path without links, as far as it is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return normalize(path).replace(/(?<=.)\/+$/, "");
  }
}
