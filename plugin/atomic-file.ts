/** Files that are replaced as a whole: whoever reads one never sees half of it. */

import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Writes the text beside `path`, under a name that nobody can guess and that nothing may have yet, and puts it in place
 * by rename. What was begun is removed when it fails.
 */
export function replaceFile(path: string, text: string, mode: number = 0o666): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    // Exclusive: a link that lies there is not followed.
    writeFileSync(temporary, text, { mode, flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
