/** A stage with an orchestrator of the later line on it. */
import { say } from "../../codex/steps.mjs";
import { eventually } from "../../plugin/support/wait.mjs";
import { agentOf } from "./hooked.mjs";
import { LaterHost } from "./later-host.mjs";
import { screenOf } from "./screen.mjs";
import { makeStage, MODEL } from "./stage.mjs";

/** A Codex needs some seconds on a busy machine. */
export const TURN_MS = 180_000;

/** With `wrap` the host meets another agent than the plugin's own. */
export const laterStage = async (
  t,
  { project = {}, wrap = (agent) => agent, pairLimitMs, ...options } = {},
) => {
  const stage = await makeStage(t, options);
  const agent = await agentOf(stage, stage.world.path("bin/codex"));
  const agentConfig = { model: MODEL, ...project.agentConfig };
  const hostWith = (other) =>
    new LaterHost({
      agent: other,
      runtime: stage.registry.get("runtime", "tmux"),
      home: stage.world.home,
      path: stage.path,
      project: { ...project, agentConfig },
      pairLimitMs,
    });
  const host = hostWith(wrap(agent));
  const becomes = (session, activity) =>
    eventually(
      `${session.id} to be ${activity}`,
      async () => {
        const seen = await host.look(session);
        return seen.activity === activity && seen;
      },
      TURN_MS,
    ).catch(async (error) => {
      throw new Error(`${error.message}:\n${await screenOf(session.runtimeHandle)}`);
    });
  return { ...stage, agent, host, hostWith, becomes };
};

/** One that takes its thread up again shows what was said before; answers with the thread of its next turn. */
export const goesOn = async ({ host, script, server }, session, name) => {
  await eventually(
    "the prompt",
    async () => (await screenOf(session.runtimeHandle)).includes("›"),
    TURN_MS,
  );
  script(name, [say("Still here.")]);
  await host.runtime.sendMessage(session.runtimeHandle, `Follow script:${name} now.`);
  return eventually("the next turn", () => server.threadOf(name), TURN_MS).catch(async (error) => {
    throw new Error(`${error.message}:\n${await screenOf(session.runtimeHandle)}`);
  });
};
