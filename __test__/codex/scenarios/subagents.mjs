import { run, say, waitForAgents } from "../steps.mjs";

/** Before that the tool is behind a feature flag and cannot fork the context. */
const SUBAGENTS_SINCE = "0.98.0";
const FORKED_SINCE = "0.111.0";

const FEATURES = { collab: true, multi_agent: true };
const DEEP = "[agents]\nmax_depth = 3\n";

export const subagent = {
  name: "subagent",
  since: SUBAGENTS_SINCE,
  features: FEATURES,
  async play(lab) {
    const { threadId } = await lab.exec([
      run("echo before"),
      lab.spawning([run("echo in the subagent"), say("Subagent is done.")]),
      waitForAgents(),
      say(),
    ]);
    await lab.resume(threadId, [say()]);
  },
};

export const forkedSubagent = {
  name: "subagent-forked",
  since: FORKED_SINCE,
  features: FEATURES,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo before"), say()]);
    await lab.resume(threadId, [
      run("echo again"),
      lab.spawning([run("echo in the subagent"), say("Subagent is done.")], { fork_context: true }),
      waitForAgents(),
      say(),
    ]);
  },
};

export const nestedSubagents = {
  name: "subagent-nested",
  since: FORKED_SINCE,
  features: FEATURES,
  config: DEEP,
  async play(lab) {
    const inner = lab.spawning([run("echo innermost"), say("Innermost is done.")], {
      fork_context: true,
    });
    const outer = lab.spawning([run("echo outer"), inner, waitForAgents(), say("Outer is done.")], {
      fork_context: true,
    });
    await lab.exec([run("echo before"), outer, waitForAgents(), say()]);
  },
};
