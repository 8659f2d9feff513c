/** Files that are replaced as a whole: whoever reads one never sees half of it. */

import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes the text beside `path`, and puts it in place by rename. What was begun is removed when it fails. */
export function replaceFile(path: string, text: string, mode: number = 0o666): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
