import { after, fated, run, say, together, waitForAgents } from "../steps.mjs";

/** Before that the tool is behind a feature flag and cannot fork the context. */
const SUBAGENTS_SINCE = "0.98.0";
export const FORKED_SUBAGENTS_SINCE = "0.111.0";

const OTHER_MODEL_SINCE = "0.118.0";

/** The second kind of subagents, named by path and told what part of the history to inherit. */
const NAMED_SINCE = "0.132.0";

/** Later ones offer a subagent no tool to spawn others. */
const NESTED_NAMED_UNTIL = "0.144.6";

export const SUBAGENT_FEATURES = { collab: true, multi_agent: true };
const DEEP = "[agents]\nmax_depth = 3\n";

export const subagent = {
  name: "subagent",
  since: SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
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
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
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
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
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

/** The last model that the tool names, so that it is another than the default in use. */
const offeredModel = (request) => {
  const { description } = request.findTool("spawn_agent");
  return [...description.matchAll(/`(gpt-[a-z0-9.-]+)`\)?:/g)].at(-1)?.[1] ?? "gpt-5";
};

/** The subagent has a model of its own, which only its own `turn_context` names. */
export const otherModelSubagent = {
  name: "subagent-other-model",
  since: OTHER_MODEL_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    await lab.exec([
      run("echo before"),
      lab.spawning([say()], { model: offeredModel }),
      waitForAgents(),
      say(),
    ]);
  },
};

export const manySubagents = {
  name: "subagents-many",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    const child = (number, options) =>
      lab.spawning([run(`echo ${number}`), after(20 * number, say())], options);
    const forked = { fork_context: true };
    await lab.exec([
      run("echo before"),
      together(child(1, {}), child(2, forked), child(3, {}), child(4, forked)),
      waitForAgents(),
      waitForAgents(),
      waitForAgents(),
      waitForAgents(),
      after(500, say()),
    ]);
  },
};

/** Nobody waits for the subagents, but they are done before the parent is. */
export const unawaitedSubagents = {
  name: "subagents-unawaited",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    await lab.exec([
      run("echo before"),
      lab.spawning([say()]),
      lab.spawning([say()], { fork_context: true }),
      after(900, say()),
    ]);
  },
};

export const namedSubagents = {
  name: "subagents-named",
  since: NAMED_SINCE,
  features: { multi_agent_v2: true },
  async play(lab) {
    const { threadId } = await lab.exec([run("echo before"), say()]);
    await lab.resume(threadId, [
      run("echo again"),
      lab.spawning([run("echo fresh"), say()], { task_name: "fresh", fork_turns: "none" }),
      waitForAgents(),
      lab.spawning([run("echo heir"), say()], { task_name: "heir", fork_turns: "all" }),
      waitForAgents(),
      after(300, say()),
    ]);
  },
};

export const nestedNamedSubagents = {
  name: "subagents-named-nested",
  since: NAMED_SINCE,
  until: NESTED_NAMED_UNTIL,
  features: { multi_agent_v2: true },
  config: DEEP,
  async play(lab) {
    const named = (name, steps) => lab.spawning(steps, { task_name: name, fork_turns: "all" });
    const inner = named("inner", [run("echo innermost"), say()]);
    const outer = named("outer", [run("echo outer"), inner, waitForAgents(), after(300, say())]);
    await lab.exec([run("echo before"), outer, waitForAgents(), after(600, say())]);
  },
};

/** The parent ends while its subagent still waits for an answer: billed, but written nowhere. */
export const abandonedSubagent = {
  name: "subagent-abandoned",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    await lab.exec([
      run("echo before"),
      lab.spawning([
        run("echo in the subagent"),
        fated("in flight at the end", after(15_000, say("Too late."))),
      ]),
      after(600, say()),
    ]);
  },
};
