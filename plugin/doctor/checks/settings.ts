/** What the user configured: by environment variables, and in the orchestrator's YAML. */

import { path } from "../../terminal/format.js";
import { readAgentSettings } from "../../settings.js";
import type { Problem } from "../../settings.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Project } from "../configuration.js";
import type { Machine } from "../machine.js";

/** What the plugin itself reads; see docs/configuration.md. */
const VARIABLES = [
  "CODEX_HOME",
  "AO_HOME",
  "AO_CODEX_BINARY",
  "AO_CODEX_AGENTS_SECTION",
  "AO_CODEX_HOOKS",
];

export const settings: Check = {
  id: "settings",
  async look(machine: Machine): Promise<Finding> {
    const { configuration, env } = machine;
    if (configuration !== null && configuration.broken !== null)
      return fail(
        `${path(configuration.path)} cannot be read: ${configuration.broken}`,
        "mend the YAML at that place",
      );
    const problems = problemsOf(machine);
    if (problems.length > 0)
      return warn(
        problems.map(({ setting, found }) => `${setting}: ${found}`).join("; "),
        problems.map(({ setting, remedy }) => `${setting}: ${remedy}`).join("; "),
      );
    const set = VARIABLES.filter((name) => env[name]);
    const projects = configuration?.projects.map(({ id }) => id) ?? [];
    const sources = [
      ...set,
      ...(configuration === null
        ? []
        : [`${path(configuration.path)} (${projectsText(projects)})`]),
    ];
    return ok(sources.length === 0 ? "none: everything is as by default" : sources.join(", "));
  },
};

function problemsOf({ settings: { problems }, configuration }: Machine): Problem[] {
  const ofProjects = (configuration?.projects ?? []).flatMap((project) =>
    configsOf(project).flatMap(([name, config]) =>
      readAgentSettings(config, {}, project.path).problems.map((problem) => ({
        ...problem,
        setting: `${name}.${problem.setting}`,
      })),
    ),
  );
  return [...problems, ...ofProjects];
}

/** Every `agentConfig` that the project has, by its place in the YAML. */
function configsOf({ id, settings: project }: Project): [string, Record<string, unknown>][] {
  const roles = ["worker", "orchestrator"].map(
    (role) => [`${id}.${role}.agentConfig`, field(project, role)] as const,
  );
  return [[`${id}.agentConfig`, project] as const, ...roles]
    .map(([name, holder]): [string, Record<string, unknown>] => [
      name,
      field(holder, "agentConfig"),
    ])
    .filter(([, config]) => Object.keys(config).length > 0);
}

function field(holder: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = holder[name];
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function projectsText(projects: readonly string[]): string {
  return projects.length === 0 ? "no project uses codex" : projects.join(", ");
}
