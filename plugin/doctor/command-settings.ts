/** The settings of the command that a launch in this workspace would run. */

import type { ProjectConfig } from "../host.js";
import { CodexBinary, QUESTIONS_MS } from "../launch/codex-binary.js";
import { repositoryHooks } from "../launch/hooks/repository.js";
import { Hooks } from "../launch/hooks/trust.js";
import type { CommandSettings } from "../launch/command.js";
import { roleConfig } from "../launch/role-config.js";
import { readUserConfig } from "../launch/user-config.js";
import { readAgentSettings } from "../settings.js";
import type { Machine } from "./machine.js";
import { pretendSession, sessionIdOf } from "./pretend.js";

/**
 * The settings that a launch is composed of. Not asked of the agent itself: that would note a launch of the session,
 * and threads from before it would no longer be the session's.
 */
export async function commandSettings(machine: Machine): Promise<CommandSettings> {
  const { project, settings } = machine;
  const { aoHome } = settings;
  const found = await machine.codex();
  const binary = new CodexBinary({ aoHome, ...(found !== null && { binary: found }) });
  const facts = await binary.factsWithin(FACTS_LIMIT_MS);
  const agent = agentSettings(machine);
  const path = binary.resolveNow();
  const user = readUserConfig(settings.codexHome);
  const place = {
    projectPath: project?.path ?? machine.workspace,
    workspacePath: machine.workspace,
    isClone: project?.settings["workspace"] === "clone",
  };
  const setAside = repositoryHooks(path, place, user, performance.now() + QUESTIONS_MS);
  const { hooks, isTold } = new Hooks(aoHome, settings.hooks).of(path, agent.hooks, setAside);
  return {
    ...agent,
    // What is too long to be typed would be put into files for the session.
    systemPrompt: agent.systemPrompt === null ? null : LONG,
    aoHome,
    sessionId: sessionIdOf(machine),
    binary: path,
    facts,
    user,
    ...place,
    hooks: hooks === null ? null : LONG,
    isTold,
  };
}

/** In place of a long value. */
const LONG = "…";

/** `codex-version` has asked already. */
const FACTS_LIMIT_MS = 3_000;

/** A launch's settings, without the wrong ones: `settings` has named them already. */
function agentSettings(machine: Machine) {
  const { project, workspace } = machine;
  const raw = { agentConfig: {}, ...project?.settings } as unknown as ProjectConfig;
  return readAgentSettings(
    roleConfig(pretendSession(machine), raw),
    {},
    project?.path ?? workspace,
  );
}
