/**
 * What keeps a session from starting at all, each in one sentence; asked before a spawn. Only what was found out counts:
 * a program that does not answer in time keeps nobody from starting.
 */

import { execFile } from "node:child_process";
import { isAbsolute } from "node:path";
import { userProvider } from "./user-config.js";
import { workTreeOf } from "./work-tree.js";

/** Of two programs that run one after the other, within the two seconds that a spawn may be held up. */
const LIMIT_MS = 900;

/** What a program said; `code` is `null` where it did not end in time. */
interface Outcome {
  code: number | string | null;
  output: string;
}

/** The first thing that is in the way; `null` where nothing is known to be. */
export async function obstacle(
  binary: string,
  codexHome: string | null,
  projectPath: string,
): Promise<string | null> {
  if (!isAbsolute(binary))
    return "Codex is not installed: npm install --global @openai/codex, or name it in AO_CODEX_BINARY.";
  if (!isRepository(projectPath))
    return `${projectPath} is no git repository: sessions get a work tree of one.`;
  const version = await outcomeOf(binary, ["--version"], codexHome);
  if (version.code !== null && version.code !== 0)
    return `${binary} cannot be run (${version.code}): install Codex again, or name another in AO_CODEX_BINARY.`;
  if (version.code === 0 && (await isLoggedOut(binary, codexHome)))
    return "Nobody is logged in to Codex, and no other provider is configured: codex login.";
  return null;
}

/** Whether Codex would stop at its login screen; `false` where that is not known. */
export async function isLoggedOut(binary: string, codexHome: string | null): Promise<boolean> {
  // A provider of the person's own has a key in the environment, or needs none.
  if (userProvider(codexHome) !== null) return false;
  // Some versions take a key from there.
  if (process.env["OPENAI_API_KEY"] || process.env["CODEX_API_KEY"]) return false;
  const { code, output } = await outcomeOf(binary, ["login", "status"], codexHome);
  return code === 1 && /not logged in/i.test(output);
}

function isRepository(path: string): boolean {
  try {
    return workTreeOf(path) !== null;
  } catch {
    // What nobody may look at may be one.
    return true;
  }
}

function outcomeOf(binary: string, args: string[], codexHome: string | null): Promise<Outcome> {
  const env = codexHome === null ? process.env : { ...process.env, CODEX_HOME: codexHome };
  return new Promise((resolve) => {
    const options = { env, timeout: LIMIT_MS, killSignal: "SIGKILL" } as const;
    const child = execFile(binary, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.killed === true ? null : (error.code ?? null);
      resolve({ code, output: stdout + stderr });
    });
    child.stdin?.end();
  });
}
