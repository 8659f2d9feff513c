/**
 * `ao-codex usage --json` and nothing else, for the programs that run it again and again. The build puts it into one file,
 * `usage-json.cjs`, which is what `cli.ts` loads.
 */
import { main } from "./cli/program.js";
import { usageCommand } from "./cli/usage.js";

void main({ usage: () => Promise.resolve(usageCommand()) });
