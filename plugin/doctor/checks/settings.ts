/** Checks the user's configuration: by environment variables, and in the orchestrator's YAML. */

import { path } from "../../terminal/format.js";
import { CodexBinary } from "../../launch/codex-binary.js";
import { profileProblem } from "../../launch/profile.js";
import { readUserConfig } from "../../launch/user-config.js";
import { readAgentSettings } from "../../settings.js";
import type { Problem } from "../../settings.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import type { Project } from "../configuration.js";
import type { Machine } from "../machine.js";

/** The variables that the plugin itself reads; see docs/configuration.md. */
const VARIABLES = [
  "CODEX_HOME",
  "AO_HOME",
  "AO_CODEX_BINARY",
  "AO_CODEX_AGENTS_SECTION",
  "AO_CODEX_HOOKS",
];

/** `codex-version` asks the same, and waits as long. */
const FACTS_LIMIT_MS = 3_000;

export const settings: Check = {
  id: "settings",
  async look(machine: Machine): Promise<Finding> {
    const { configuration, env } = machine;
    if (configuration !== null && configuration.broken !== null)
      return fail(
        `${path(configuration.path)} cannot be read: ${configuration.broken}`,
        "fix the YAML at that place",
      );
    const problems = [...problemsOf(machine), ...(await profileProblems(machine))];
    if (problems.length > 0) {
      const say = problems.some(({ isRefused }) => isRefused) ? fail : warn;
      return say(
        problems.map(({ setting, found }) => `${setting}: ${found}`).join("; "),
        problems.map(({ setting, remedy }) => `${setting}: ${remedy}`).join("; "),
      );
    }
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
  const ofProjects = (configuration?.projects ?? []).flatMap((project) => {
    const known = new Set<string>();
    return configsOf(project).flatMap(([name, config]) =>
      readAgentSettings(config, {}, project.path)
        .problems.filter(({ found, setting }) => isNew(known, `${setting}: ${found}`))
        .map((problem) => ({ ...problem, setting: `${name}.${problem.setting}` })),
    );
  });
  return [...problems, ...ofProjects];
}

function isNew(known: Set<string>, one: string): boolean {
  const isKnown = known.has(one);
  known.add(one);
  return !isKnown;
}

/** Tells whether the installed Codex would start with the profiles that projects name. */
async function profileProblems(machine: Machine): Promise<Problem[]> {
  const named = (machine.configuration?.projects ?? []).flatMap((project) =>
    configsOf(project).map(([name, config]) => {
      const { codex } = readAgentSettings(config, {}, project.path);
      return { name, codex };
    }),
  );
  const binary = named.some(({ codex }) => codex.profile !== null) ? await machine.codex() : null;
  if (binary === null) return [];
  const known = new CodexBinary({ aoHome: machine.settings.aoHome, binary });
  const facts = await known.factsWithin(FACTS_LIMIT_MS);
  const user = readUserConfig(machine.settings.codexHome);
  return named.flatMap(({ codex, name }) => {
    const problem = profileProblem({ codex, facts, user });
    return problem === null ? [] : [{ ...problem, setting: `${name}.${problem.setting}` }];
  });
}

/** Every `agentConfig` that the project has, by its place in the YAML; a worker's lies over the project's. */
function configsOf({ id, settings: project }: Project): [string, Record<string, unknown>][] {
  const shared = field(project, "agentConfig");
  const [worker, orchestrator] = (["worker", "orchestrator"] as const).map((role) =>
    field(field(project, role), "agentConfig"),
  );
  const over = (own: Record<string, unknown> = {}) =>
    Object.keys(own).length === 0 ? {} : { ...shared, ...own };
  const all: [string, Record<string, unknown>][] = [
    [`${id}.agentConfig`, shared],
    [`${id}.worker.agentConfig`, over(worker)],
    // Its permissions are the orchestrator's own.
    [`${id}.orchestrator.agentConfig`, orchestrator ?? {}],
  ];
  return all.filter(([, config]) => Object.keys(config).length > 0);
}

function field(holder: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = holder[name];
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function projectsText(projects: readonly string[]): string {
  return projects.length === 0 ? "no project uses codex" : projects.join(", ");
}
