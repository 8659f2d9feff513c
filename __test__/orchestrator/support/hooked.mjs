/** Sessions of a Codex whose hooks were asked about, started as the orchestrator starts them, several at a time. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { create } from "@ao/plugin-codex";
import { installCodex } from "../../codex/install.mjs";
import { sessionOf } from "../../plugin/support/session.mjs";
import { eventually } from "../../plugin/support/wait.mjs";
import { screenOf } from "./screen.mjs";
import { MODEL } from "./stage.mjs";

/** A Codex needs some seconds to start when others do too. */
export const START_MS = 120_000;

/** Names the binary before HOME is another one; its versions lie in the user's cache. */
export const binaryOf = installCodex;

/** An agent for one binary, when that has said what it makes of our hooks. */
export const agentOf = async ({ world }, binary, options = {}) => {
  const agent = create({ binary, ...options });
  await eventually("what the binary says of hooks", () => isAsked(world, binary), START_MS);
  return agent;
};

/** Asked and written down, and where the answer was yes the program installed. */
const isAsked = async (world, binary) => {
  const { probeHooks } = await import("@ao/plugin-codex/native");
  const { trustedEvents, verificationFlags } =
    await import("../../../dist/launch/hooks/definition.js");
  const program = join(world.aoHome, "bin", "ao-codex-hook");
  const { hooks } = await probeHooks(binary, verificationFlags(program));
  if (trustedEvents(program, hooks ?? []).length === 0) return true;
  const installed = await readdir(join(world.aoHome, "bin")).catch(() => []);
  return installed.includes("ao-codex-hook");
};

export const launchOf = (
  agent,
  { id, path, prompt, permissions = "default", agentConfig = {} },
) => {
  const projectConfig = { name: "app", path, agentConfig };
  const config = { sessionId: id, prompt, model: MODEL, permissions, projectConfig };
  return { command: agent.getLaunchCommand(config), environment: agent.getEnvironment(config) };
};

/** Runs a command line in a terminal of its own, and answers with the session. */
export const startIn = async ({ registry }, agent, { id, path, command, environment }) => {
  const runtimeHandle = await registry.get("runtime", "tmux").create({
    sessionId: id,
    workspacePath: path,
    launchCommand: command,
    environment,
  });
  const session = sessionOf({ id, workspacePath: path });
  return { ...session, runtimeHandle };
};

/** Launches a session whose model follows `steps`, in a directory of its own unless one is given. */
export const launch = async (stage, agent, { id, steps, path, ...rest }) => {
  const workspace = path ?? (await stage.world.directory(`trees/${id}`));
  stage.script(id, steps);
  const prompt = `Follow script:${id} now.`;
  const started = launchOf(agent, { id, path: workspace, prompt, ...rest });
  return startIn(stage, agent, { id, path: workspace, ...started });
};

export const stateOf = async (agent, session) => (await agent.getActivityState(session))?.state;

/** Waits for a state. */
export const comesTo = (agent, session, state, limitMs = START_MS) =>
  eventually(
    `${session.id} to be ${state}`,
    async () => (await stateOf(agent, session)) === state,
    limitMs,
  ).catch(async (error) => {
    const seen = await stateOf(agent, session);
    throw new Error(`${error.message}, it is ${seen}:\n${await screenOf(session.runtimeHandle)}`);
  });

/** The time at which something is first on the screen. */
export const shown = async (session, pattern, limitMs = START_MS) => {
  await eventually(
    `${pattern} in ${session.id}`,
    async () => pattern.test(await screenOf(session.runtimeHandle)),
    limitMs,
  );
  return performance.now();
};
