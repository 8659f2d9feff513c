/**
 * `ao-codex usage --json` as programs run it again and again: what Node itself makes of the options is enough to answer.
 * The build puts it into one file, `usage-json.cjs`, which is what `cli.cts` loads.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeAfter } from "./terminal/exit-codes.js";
import { GROUPINGS } from "./cli/grouping.js";
import { writeOut } from "./terminal/stdout.js";
import { scanDocument } from "./cli/scan.js";

type Query = Parameters<typeof scanDocument>[0];

const OPTIONS = {
  json: { type: "boolean" },
  by: { type: "string", multiple: true },
  workspace: { type: "string" },
  "codex-home": { type: "string" },
  "ao-home": { type: "string" },
} as const;

/** Runs the command with these options; `null` if the whole command is needed for them, be it for a mistake. */
export function usageJson(options: string[]): Promise<void> | null {
  const query = queryOf(options);
  return query && print(query);
}

function queryOf(options: string[]): Query | null {
  try {
    const { values } = parseArgs({ args: options, options: OPTIONS });
    const { by: named = [], workspace, "codex-home": codexHome } = values;
    const known = named.map((name) => GROUPINGS.find((grouping) => grouping === name));
    if (known.includes(undefined)) return null;
    const by = known.at(-1);
    return {
      ...(by && { by }),
      ...(workspace !== undefined && { workspacePath: resolve(workspace) }),
      ...(codexHome !== undefined && { codexHome: resolve(codexHome) }),
    };
  } catch {
    return null;
  }
}

async function print(query: Query): Promise<void> {
  try {
    writeOut(await scanDocument(query));
  } catch (error) {
    process.exitCode = exitCodeAfter(error);
  }
}
