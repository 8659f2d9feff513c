/**
 * The keys of a project's `agentConfig` that go to Codex itself, checked: what contradicts the permissions, or what the
 * launch sets for its own work, is passed over, and so is what Codex would not start with.
 */

import type { Permissions } from "./permissions.js";
import { shellQuote, shellWord } from "./shell.js";
import { isTomlKey, tomlValue } from "./toml.js";
import { PROFILE_NAME } from "./user-config.js";

/** A setting that is not taken; refused is one that contradicts the permissions. */
type Complain = (setting: string, found: string, remedy: string, isRefused?: boolean) => void;

export interface CodexSettings {
  reasoningEffort: string | null;
  sandbox: string | null;
  profile: string | null;
  webSearch: boolean | null;
  /** Keys of Codex's own configuration with their values in TOML. */
  config: [string, string][];
}

/** Every key of `agentConfig` that means something to this plugin or to the orchestrator. */
const KNOWN = [
  "addDirs",
  "config",
  "hooks",
  "mcpServers",
  "model",
  "networkAccess",
  "orchestratorModel",
  "permissions",
  "profile",
  "reasoningEffort",
  "sandbox",
  "systemPrompt",
  "systemPromptFile",
  "webSearch",
];

const SANDBOXES = ["read-only", "workspace-write", "danger-full-access"];

/** Set by the launch itself, or by a setting of its own. */
const NOT_BY_HAND: Record<string, string> = {
  approval_policy: "permissions",
  sandbox_mode: "permissions or sandbox",
  sandbox_workspace_write: "networkAccess or addDirs",
  default_permissions: "permissions",
  permissions: "permissions",
  model: "model",
  model_reasoning_effort: "reasoningEffort",
  developer_instructions: "systemPrompt",
  model_instructions_file: "systemPromptFile",
  mcp_servers: "mcpServers",
  web_search: "webSearch",
  profile: "profile",
  hooks: "your own config.toml",
  projects: "your own config.toml",
  notice: "your own config.toml",
  shell_environment_policy: "your own config.toml",
};

export function readCodexSettings(
  given: Record<string, unknown>,
  permissions: Permissions,
  complain: Complain,
): CodexSettings {
  for (const key of Object.keys(given)) if (!KNOWN.includes(key)) unknown(key, complain);
  const effort = word(
    given,
    "reasoningEffort",
    /^[a-z]+$/,
    "a word such as low, medium or high",
    complain,
  );
  return {
    reasoningEffort: effort,
    sandbox: sandboxOf(given["sandbox"], permissions, complain),
    profile: word(given, "profile", PROFILE_NAME, "the name of a profile of Codex", complain),
    webSearch: switchOf(given["webSearch"], complain),
    config: [...tableOf(given["config"], complain), ...serversOf(given["mcpServers"], complain)],
  };
}

/** Shell words for the launch command. The launch's own come after them, and win. */
export function codexFlags({ config, profile, sandbox, webSearch }: CodexSettings): string[] {
  return [
    ...config.flatMap(([key, value]) => ["-c", shellQuote(`${key}=${value}`)]),
    ...(profile === null ? [] : ["--profile", shellWord(profile)]),
    ...(sandbox === null ? [] : ["--sandbox", sandbox]),
    ...(webSearch === null ? [] : webSearch ? ["--search"] : ["-c", `'web_search="disabled"'`]),
  ];
}

function word(
  given: Record<string, unknown>,
  setting: string,
  form: RegExp,
  wanted: string,
  complain: Complain,
): string | null {
  const value = given[setting];
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && form.test(value)) return value;
  complain(setting, `${JSON.stringify(value)} is no such word`, `give ${wanted}`);
  return null;
}

function switchOf(value: unknown, complain: Complain): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value;
  complain("webSearch", JSON.stringify(value) ?? "nothing", "give true or false");
  return null;
}

function sandboxOf(value: unknown, permissions: Permissions, complain: Complain): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || !SANDBOXES.includes(value)) {
    complain("sandbox", `${JSON.stringify(value)} is unknown`, `use ${SANDBOXES.join(", ")}`);
    return null;
  }
  const isWider =
    value === "danger-full-access" || (permissions === "suggest" && value !== "read-only");
  if (permissions !== "permissionless" && !isWider) return value;
  complain(
    "sandbox",
    `${value} contradicts permissions: ${permissions}`,
    permissions === "permissionless"
      ? "use auto-edit, default or suggest with a sandbox"
      : "use permissionless for no sandbox at all, or a narrower sandbox",
    true,
  );
  return null;
}

function tableOf(value: unknown, complain: Complain): [string, string][] {
  return entriesOf("config", value, complain).flatMap(([key, one]): [string, string][] => {
    const instead = NOT_BY_HAND[key.split(".")[0] ?? ""];
    const toml = isTomlKey(key) ? tomlValue(one) : null;
    if (instead !== undefined)
      complain(
        `config.${key}`,
        "is set by the launch",
        `use ${instead}`,
        instead.startsWith("permissions"),
      );
    else if (toml === null)
      complain(`config.${key}`, "is no key or value of TOML", "see Codex's own documents");
    else return [[key, toml]];
    return [];
  });
}

function serversOf(value: unknown, complain: Complain): [string, string][] {
  return entriesOf("mcpServers", value, complain).flatMap(([name, server]): [string, string][] => {
    const isServer =
      typeof server === "object" && server !== null && ("command" in server || "url" in server);
    const toml = isServer && /^[A-Za-z0-9_-]+$/.test(name) ? tomlValue(server) : null;
    if (toml !== null) return [[`mcp_servers.${name}`, toml]];
    complain(
      `mcpServers.${name}`,
      "is no server",
      "give a name of letters, digits, _ and -, with a command or a url",
    );
    return [];
  });
}

function entriesOf(setting: string, value: unknown, complain: Complain): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  complain(setting, JSON.stringify(value) ?? "nothing", "give a table");
  return [];
}

function unknown(key: string, complain: Complain): void {
  const [nearest = ""] = KNOWN.toSorted((a, b) => distance(key, a) - distance(key, b));
  complain(key.slice(0, 100), "is unknown, and does nothing", `did you mean ${nearest}?`);
}

/** The number of letters to put in, take out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(a.slice(0, 100)).entries()) {
    const next = [index + 1];
    for (let at = 1; at <= b.length; at += 1) {
      const changed =
        (row[at - 1] ?? 0) + (b[at - 1]?.toLowerCase() === letter.toLowerCase() ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
