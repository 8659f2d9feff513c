// `npm start`: builds what is out of date, then runs the command on the user's own Codex home, or on the sample
// home where there is none. Arguments go to `ao-codex` as they are.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const result = spawnSync(process.execPath, [join(root, "dist", "cli.js"), ...args()], {
  stdio: "inherit",
});
process.exitCode = result.status ?? 1;

function args() {
  const given = process.argv.slice(2);
  if (given.length > 0) return given;
  const home = process.env.CODEX_HOME || join(homedir(), ".codex");
  if (["sessions", "archived_sessions"].some((name) => existsSync(join(home, name))))
    return ["sessions"];
  const sample = join(root, "samples", "codex-home");
  process.stderr.write(
    `No rollouts in ${home}: Codex has not run here yet. This is the sample home, ${relative(process.cwd(), sample)}.\n\n`,
  );
  return ["sessions", "--codex-home", sample];
}
