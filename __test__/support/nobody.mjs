/** The user whom no file belongs to. */
import { execFileSync } from "node:child_process";

export const NOBODY = 65_534;

/** Goes on as that user, for whom the mode bits of a file count; who is not root stays who it is. */
export function becomeNobody() {
  if (process.getuid() !== 0) return;
  process.setgroups([]);
  process.setgid(NOBODY);
  process.setuid(NOBODY);
}

/** Makes everything below `path` that user's, where this process may; elsewhere it is the process's own user's. */
export function giveToNobody(path) {
  const owner = process.getuid() === 0 ? NOBODY : process.getuid();
  execFileSync("chown", ["-R", "-P", String(owner), path]);
}
