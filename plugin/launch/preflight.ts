/**
 * The reasons that keep a session from starting at all, each in one sentence; asked before a spawn. Only what was found
 * out counts: a program that does not answer in time keeps nobody from starting.
 */

import { isAbsolute } from "node:path";
import { after } from "./codex-binary.js";
import { runProgram } from "./run-program.js";
import type { Outcome } from "./run-program.js";
import { userProvider } from "./user-config.js";
import { workTreeOf } from "./work-tree.js";

/** Of the two seconds that a spawn may be held up; everything that is asked shares it. */
const LIMIT_MS = 1_700;

/** The doctor asks one program alone. */
const LOGIN_LIMIT_MS = 900;

/** The binary to start, and its directory. */
export interface Spawn {
  codexHome: string | null;
  /** `null` where the orchestrator did not say. */
  projectPath: string | null;
  /** The project's settings for Codex. */
  agentConfig: Record<string, unknown>;
}

/** Within two seconds the first thing that is in the way; `null` where nothing is known to be. Never rejects. */
export async function obstacle(binary: Promise<string>, spawn: Spawn): Promise<string | null> {
  const found = binary.then((path) => look(path, spawn)).catch(() => null);
  return Promise.race([found, after(LIMIT_MS).then(() => null)]);
}

async function look(
  binary: string,
  { agentConfig, codexHome, projectPath }: Spawn,
): Promise<string | null> {
  const deadline = performance.now() + LIMIT_MS;
  if (!isAbsolute(binary))
    return "Codex is not installed: npm install --global @openai/codex, or name it in AO_CODEX_BINARY.";
  if (projectPath !== null && !isRepository(projectPath))
    return `${projectPath} is no git repository: sessions get a work tree of one.`;
  const { code, failure } = await run(binary, ["--version"], codexHome, LIMIT_MS);
  if (failure !== null || (code !== null && code !== 0))
    return `${binary} cannot be run (${failure ?? code}): install Codex again, or name another in AO_CODEX_BINARY.`;
  const leftMs = deadline - performance.now();
  const mayAsk = code === 0 && leftMs > 0 && !hasProvider(agentConfig);
  if (mayAsk && (await isLoggedOut(binary, codexHome, profileIn(agentConfig), leftMs)))
    return "Nobody is logged in to Codex, and no other provider is configured: codex login.";
  return null;
}

/** Tells whether Codex would stop at its login screen; `false` where that is not known. */
export async function isLoggedOut(
  binary: string,
  codexHome: string | null,
  profile: string | null = null,
  limitMs: number = LOGIN_LIMIT_MS,
): Promise<boolean> {
  // A provider of the person's own has a key in the environment, or needs none.
  if (userProvider(codexHome, profile) !== null) return false;
  // Some versions take a key from there.
  if (process.env["OPENAI_API_KEY"] || process.env["CODEX_API_KEY"]) return false;
  const { code, stderr, stdout } = await run(binary, ["login", "status"], codexHome, limitMs);
  return code === 1 && /not logged in/i.test(stdout + stderr);
}

/** Tells whether the project itself names a provider other than OpenAI. */
function hasProvider(agentConfig: Record<string, unknown>): boolean {
  const config = Object(agentConfig["config"]) as Record<string, unknown>;
  const provider = config["model_provider"];
  return typeof provider === "string" && provider !== "openai";
}

function profileIn(agentConfig: Record<string, unknown>): string | null {
  const profile = agentConfig["profile"];
  return typeof profile === "string" ? profile : null;
}

function isRepository(path: string): boolean {
  try {
    return workTreeOf(path) !== null;
  } catch {
    // What nobody may look at may be one.
    return true;
  }
}

function run(
  binary: string,
  args: string[],
  codexHome: string | null,
  limitMs: number,
): Promise<Outcome> {
  const env = codexHome === null ? process.env : { ...process.env, CODEX_HOME: codexHome };
  return runProgram(binary, args, { env, limitMs });
}
