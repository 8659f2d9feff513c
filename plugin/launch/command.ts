/** The command lines that start and resume Codex. */

import type { BinaryFacts } from "../../index.js";
import { wrappersDirectorySync } from "../native.js";
import type { CodexSettings } from "./agent-config.js";
import { codexFlags } from "./agent-config.js";
import { agentPathFlags } from "./agent-path.js";
import { isAssumed } from "./codex-binary.js";
import { isThreadId } from "../thread-id.js";
import type { Permissions } from "./permissions.js";
import { profileFlags } from "./permission-profile.js";
import { profileProblem } from "./profile.js";
import { approvalFlags } from "./permissions.js";
import { sandboxFlags } from "./sandbox.js";
import { shellQuote, shellWord } from "./shell.js";
import { TextFiles } from "./text-file.js";
import { tomlString } from "./toml.js";
import type { UserConfig } from "./user-config.js";
import { trustFlags } from "./repository-trust.js";
import { isVersionFrom } from "./version.js";

/** The part that a launch and a resume have in common. */
export interface CommandSettings {
  binary: string;
  facts: BinaryFacts;
  /** The value of `-c hooks=…`; `null` where there is nothing to say of hooks. */
  hooks: string | null;
  /** True if that has hooks of ours, which tell of the session. */
  isTold: boolean;
  aoHome: string;
  sessionId: string;
  /** The project's own checkout; a session's workspace is a work tree of it. */
  projectPath: string | null;
  /** True if the workspace is a clone: a repository of its own, which no look at the project can name. */
  isClone: boolean;
  /** The directory that the session works in; `null` where the orchestrator did not say. */
  workspacePath: string | null;
  user: UserConfig;
  codex: CodexSettings;
  permissions: Permissions;
  /** True if commands may use the network; `null` where nobody said. */
  networkAccess: boolean | null;
  addDirs: readonly string[];
  model: string | null;
  systemPrompt: string | null;
  /** Comes before `systemPrompt`. */
  systemPromptFile: string | null;
}

/** Starts a new thread, with `prompt` as its first message where there is one. */
export function launchCommand(settings: CommandSettings, prompt: string | null): string {
  const words = [shellWord(settings.binary), ...flags(settings)];
  if (prompt !== null && prompt !== "") {
    const texts = new TextFiles(settings.aoHome, settings.sessionId);
    words.push("--", texts.word("", prompt, taskIn));
  }
  return words.join(" ");
}

/** The help is there in a tenth of a second; a busy machine needs longer. */
const HELP_SECONDS = 5;

/** Starts a new thread where nothing is known but the prompt. */
export function plainCommand(prompt: string | null): string {
  const rest = prompt === null || prompt === "" ? "" : ` -- ${shellQuote(prompt)}`;
  return `codex -c check_for_update_on_startup=false${rest}`;
}

/**
 * Goes on with a thread; `null` where `threadId` has not the form of one. A thread that `hasMoved` last ran in another
 * directory than its session's: Codex would ask which of the two is meant.
 */
export function resumeCommand(
  settings: CommandSettings,
  threadId: string,
  hasMoved: boolean = false,
): string | null {
  if (!isThreadId(threadId)) return null;
  const place = hasMoved ? ["-C", '"$PWD"'] : [];
  return [shellWord(settings.binary), "resume", ...flags(settings), ...place, threadId].join(" ");
}

function flags(settings: CommandSettings): string[] {
  const { facts, model, permissions } = settings;
  const profile = profileFlags(settings);
  const codex = {
    ...settings.codex,
    // The older setting would win over a profile of permissions.
    ...(profile !== null && { sandbox: null }),
    ...(profileProblem(settings) !== null && { profile: null }),
  };
  return [
    "-c",
    "check_for_update_on_startup=false",
    ...codexFlags(codex),
    ...daemonFlags(settings),
    ...approvalFlags(permissions, facts, codex.sandbox !== null),
    ...(model === null ? [] : ["--model", shellWord(model)]),
    ...reasoningFlags(model, codex.reasoningEffort),
    ...instructionFlags(settings),
    ...noticeFlags(facts),
    ...hookFlags(settings),
    ...trustFlags(settings, settings.user.trusted),
    ...(profile ?? sandboxFlags({ ...settings, writableRoots: settings.user.writableRoots })),
    ...agentPathFlags(wrappersDirectorySync({ aoHome: settings.aoHome }), settings.user),
  ];
}

/**
 * A background server would run the session's commands in its own environment. Of a binary that has not answered yet
 * the shell of the session asks: one that knows the flag must get it, and any other would end at it.
 */
function daemonFlags({ binary, facts }: CommandSettings): string[] {
  if (!isAssumed(facts)) return facts.noDaemon ? ["--no-daemon"] : [];
  const help = `${shellWord(binary)} --help`;
  // Where the system has such a program, a Codex that does not answer holds the launch up no longer.
  const bounded = `if command -v timeout >/dev/null; then timeout ${HELP_SECONDS} ${help}; else ${help}; fi`;
  return [`$({ ${bounded}; } 2>/dev/null | grep -q '^ *--no-daemon' && printf %s --no-daemon)`];
}

/**
 * Answers what Codex would ask at a start of every model that has a successor (use the one that was chosen), and near a
 * usage limit (do not change the model): the orchestrator's next message would be typed into the menu.
 */
function noticeFlags({ modelSuccessors }: BinaryFacts): string[] {
  const seen = Object.entries(modelSuccessors).toSorted();
  const pairs = seen.map(([model, successor]) => `${tomlString(model)}=${tomlString(successor)}`);
  const migrations = pairs.length === 0 ? "" : `,model_migrations={${pairs.join(",")}}`;
  return ["-c", shellQuote(`notice={hide_rate_limit_model_nudge=true${migrations}}`)];
}

/**
 * The o3 and o4 families, all sizes and dates (`o3`, `o4-mini`, `o3-pro-2025-06-10`), also behind a provider's name.
 */
function reasoningFlags(model: string | null, chosen: string | null): string[] {
  const effort = chosen ?? (/(^|\/)o[34]($|-)/i.test(model ?? "") ? "high" : null);
  return effort === null ? [] : ["-c", `model_reasoning_effort=${effort}`];
}

function instructionFlags(settings: CommandSettings): string[] {
  const { aoHome, facts, sessionId, systemPrompt, systemPromptFile } = settings;
  if (systemPromptFile !== null) {
    const value = tomlString(systemPromptFile);
    return instructionKeys(facts).flatMap((key) => ["-c", shellQuote(`${key}=${value}`)]);
  }
  if (systemPrompt === null || systemPrompt === "") return [];
  const texts = new TextFiles(aoHome, sessionId);
  const value = tomlString(systemPrompt);
  return ["-c", texts.word("developer_instructions=", value, instructionsIn)];
}

function hookFlags({ aoHome, hooks, sessionId }: CommandSettings): string[] {
  if (hooks === null) return [];
  const texts = new TextFiles(aoHome, sessionId);
  return ["-c", texts.word("hooks=", hooks, () => hooks)];
}

function taskIn(path: string): string {
  return `Your task is in the file ${path}. Read all of it, then do it.`;
}

function instructionsIn(path: string): string {
  return tomlString(`Your instructions are in the file ${path}. Read all of it first.`);
}

/** Up to 0.80 the key had another name; between it and 0.98 nobody looked, and an unknown key does no harm. */
function instructionKeys(facts: BinaryFacts): string[] {
  const isOld = facts.version !== null && !isVersionFrom(facts.version, [0, 98]);
  return isOld
    ? ["experimental_instructions_file", "model_instructions_file"]
    : ["model_instructions_file"];
}
