// `npm start`: builds what is out of date, then runs the command on the user's own Codex home, or on the sample
// home where there is none. Arguments go to `ao-codex` as they are.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { prepare, root } from "./prepare.mjs";

/** With one of these the command reads no home, or one that was named. */
const NEEDS_NO_HOME = /^(-h|--help|--version|--codex-home(=.*)?)$/;

prepare();
const given = process.argv.slice(2);
const args = given.length > 0 ? given : ["sessions"];
Object.assign(process.env, sampleHome());
// In this process: a second one would cost as much time as the command itself.
const { run } = createRequire(import.meta.url)("../dist/cli.cjs");
process.exitCode = await run(args);

function sampleHome() {
  const home = process.env.CODEX_HOME || join(homedir(), ".codex");
  const hasRollouts = ["sessions", "archived_sessions"].some((name) =>
    existsSync(join(home, name)),
  );
  if (hasRollouts || args.some((arg) => NEEDS_NO_HOME.test(arg))) return {};
  const sample = join(root, "samples", "codex-home");
  process.stderr.write(
    `No rollouts in ${home}: Codex has not run here yet. This is the sample home, ${relative(process.cwd(), sample)}.\n\n`,
  );
  return { CODEX_HOME: sample };
}
