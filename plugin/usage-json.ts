/**
 * `ao-codex usage --json` and nothing else, for the programs that run it again and again. The build puts it into one file,
 * `usage-json.cjs`, which is what `cli.cts` loads.
 */
import { run } from "./cli/program.js";
import { usageCommand } from "./cli/usage.js";

/** Runs the command line of this process. */
export async function usageJson(): Promise<void> {
  const commands = { usage: () => Promise.resolve(usageCommand()) };
  process.exitCode = await run(process.argv.slice(2), commands);
}
