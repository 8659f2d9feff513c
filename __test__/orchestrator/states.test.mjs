/** The states of real sessions, in real terminals: with hooks, and as well as it goes without. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { after, refuse, run, say } from "../codex/steps.mjs";
import { agentOf, binaryOf, comesTo, launch, shown, stateOf } from "./support/hooked.mjs";
import { childOf, pressIn } from "./support/screen.mjs";
import { makeStage } from "./support/stage.mjs";
import { CURRENT } from "./support/versions.mjs";

/** A version with every event we know, one without `Interrupt`, and one without hooks. */
const VERSIONS = [CURRENT, "0.144.6", "0.118.0"];

/** What a person notices as at once. */
const NOTICED_MS = 1_000;

const SILENCE_MS = 60_000;
const LOOK_MS = 2_000;

const QUESTION = /Would you like to run/;
const ESCALATED = { sandbox_permissions: "require_escalated", justification: "to see" };

const asking = (command) => [run(command, ESCALATED), say("Bye.")];

/** Waits for the question on the screen, and for the state that tells of it. */
const asked = async (agent, session) => {
  const seenAt = await shown(session, QUESTION);
  await comesTo(agent, session, "waiting_input");
  const tookMs = performance.now() - seenAt;
  assert.equal(tookMs < NOTICED_MS, true, `${session.id} took ${tookMs} ms`);
};

const SCENARIOS = {
  async approved({ agent, stage, id }) {
    const session = await launch(stage, agent, { id, steps: asking("sleep 5; echo done") });
    await asked(agent, session);
    await pressIn(session.runtimeHandle, "y");
    // While the command runs, which leaves no record and no event.
    await comesTo(agent, session, "active", 3_000);
    await comesTo(agent, session, "ready");
  },

  async denied({ agent, stage, id }) {
    const session = await launch(stage, agent, { id, steps: asking("touch never") });
    await asked(agent, session);
    await pressIn(session.runtimeHandle, "Down");
    await pressIn(session.runtimeHandle, "Down");
    await pressIn(session.runtimeHandle, "Enter");
    await comesTo(agent, session, "ready", 5_000);
  },

  async interrupted({ agent, stage, id }) {
    const session = await launch(stage, agent, { id, steps: asking("touch never") });
    await asked(agent, session);
    await pressIn(session.runtimeHandle, "Escape");
    await comesTo(agent, session, "ready", 5_000);
  },

  async finished({ agent, stage, id }) {
    const session = await launch(stage, agent, { id, steps: [after(2_000, say("Done."))] });
    await comesTo(agent, session, "active");
    await comesTo(agent, session, "ready");
    assert.equal((await agent.getActivityState(session, 1)).state, "idle");
  },

  async killed({ agent, stage, id }) {
    const session = await launch(stage, agent, { id, steps: asking("touch never") });
    await asked(agent, session);
    process.kill(await childOf(session.runtimeHandle), "SIGKILL");
    await comesTo(agent, session, "exited", 5_000);
  },

  async refused({ agent, stage, id }) {
    const steps = Array.from({ length: 20 }, () => refuse(500));
    const session = await launch(stage, agent, { id, steps });
    await comesTo(agent, session, "blocked");
  },
};

test("every version tells what its sessions do, at once", { timeout: 400_000 }, async (t) => {
  const binaries = [];
  for (const version of VERSIONS) binaries.push(await binaryOf(version));
  const stage = await makeStage(t);
  const agents = [];
  for (const [index, binary] of binaries.entries()) {
    const codexHome = await stage.codexHomeFor(VERSIONS[index]);
    agents.push(await agentOf(stage, binary, { codexHome }));
  }
  const crews = agents.map((agent, index) => ({ agent, stage, version: VERSIONS[index] }));
  const silent = Promise.all(crews.map((crew) => staysActive(crew)));
  // A failure is told below, when the others are through.
  silent.catch(() => {});
  for (const { version, ...crew } of crews) {
    await t.test(`Codex ${version}`, { concurrency: true }, async (t2) => {
      const names = Object.keys(SCENARIOS);
      await Promise.all(
        names.map((name) =>
          t2.test(name, () =>
            SCENARIOS[name]({ ...crew, id: `${name}-${version.replaceAll(".", "-")}` }),
          ),
        ),
      );
    });
  }
  await t.test(
    "a model that is silent for 60 s in the middle of a turn is still at work",
    () => silent,
  );
  assert.deepEqual(stage.server.surprises, []);
});

/** Looks every two seconds, for as long as the model says nothing. */
const staysActive = async ({ agent, stage, version }) => {
  const id = `silent-${version.replaceAll(".", "-")}`;
  const steps = [run("echo first"), after(SILENCE_MS + 10_000, say("Late."))];
  const session = await launch(stage, agent, { id, steps, permissions: "permissionless" });
  await comesTo(agent, session, "active");
  const started = performance.now();
  while (performance.now() - started < SILENCE_MS) {
    assert.equal(await stateOf(agent, session), "active", id);
    await sleep(LOOK_MS);
  }
  await comesTo(agent, session, "ready");
};
