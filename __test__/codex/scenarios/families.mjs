import { rm } from "node:fs/promises";

import { after, ending, run, say, talkTo, waitForAgents } from "../steps.mjs";
import { REPEATED_ELSEWHERE } from "../written-down.mjs";
import { compressInPlace } from "../zstd.mjs";
import { FORKED_SUBAGENTS_SINCE, SUBAGENT_FEATURES } from "./subagents.mjs";

const FORKS_SINCE = "0.80.0";
/** Before that the whole run ends with the subagent's error. */
const SUBAGENT_FAILURES_SINCE = "0.118.0";
const OTHER_MODEL = "gpt-5";

const familyOf = async (lab) => {
  const { threadId: parent } = await lab.exec([run("echo one"), say()]);
  await lab.resume(parent, [say()]);
  await lab.withAppServer(async (server) => {
    const child = await server.fork(parent);
    await server.turn(child, [run("echo child"), say()]);
    const grandchild = await server.fork(child);
    await server.turn(grandchild, [say()]);
  });
  return parent;
};

/**
 * The parent's rollout is gone, and what its forks were billed is the same as before. Before turns
 * had ids only the pauses between records tell, which is a good guess and no certainty.
 */
export const orphans = {
  name: "fork-orphaned",
  since: "0.111.0",
  async play(lab) {
    const parent = await familyOf(lab);
    for (const entry of lab.ledger.entries.filter(({ threadId }) => threadId === parent)) {
      entry.fate = REPEATED_ELSEWHERE;
    }
    await rm(await lab.rolloutOf(parent));
  },
};

export const compressedParent = {
  name: "fork-of-compressed",
  since: FORKS_SINCE,
  async play(lab) {
    await compressInPlace(await lab.rolloutOf(await familyOf(lab)));
  },
};

/** The fork has another model than its parent, and changes it again. */
export const otherModelFork = {
  name: "fork-other-model",
  since: FORKS_SINCE,
  async play(lab) {
    const child = await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const fork = await server.fork(parent, { model: OTHER_MODEL });
      await server.turn(fork, [run("echo child"), say()]);
      await server.turn(parent, [say()], { model: OTHER_MODEL });
      return fork;
    });
    await lab.resume(child, [say()], { model: "gpt-5-codex" });
  },
};

/** A fork spawns a subagent that inherits its context, and is itself forked after that. */
export const forksAndSubagents = {
  name: "fork-spawns-subagent",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const child = await server.fork(parent);
      await server.turn(child, [
        lab.spawning([run("echo heir"), say()], { fork_context: true }),
        waitForAgents(),
        after(300, say()),
      ]);
      const grandchild = await server.fork(child);
      await server.turn(grandchild, [say()]);
      await server.turn(parent, [say()]);
    });
  },
};

/** The subagent gets a second task: two turns in one rollout. */
export const subagentTalkedTo = {
  name: "subagent-talked-to",
  since: FORKED_SUBAGENTS_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    await lab.exec([
      run("echo before"),
      lab.spawning([run("echo first task"), say()], { fork_context: true }),
      waitForAgents(),
      talkTo(lab, [run("echo second task"), say()]),
      waitForAgents(),
      after(300, say()),
    ]);
  },
};

/** What the subagent asks first fails. */
export const subagentFailsFirst = {
  name: "subagent-fails-first",
  since: SUBAGENT_FAILURES_SINCE,
  features: SUBAGENT_FEATURES,
  async play(lab) {
    for (const options of [{}, { fork_context: true }]) {
      await lab.exec([
        run("echo before"),
        lab.spawning([ending("cut")], options),
        waitForAgents(),
        talkTo(lab, [say()]),
        waitForAgents(),
        after(300, say()),
      ]);
    }
  },
};
