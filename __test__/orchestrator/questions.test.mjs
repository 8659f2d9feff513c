/** What Codex would ask a person at a start, in place of beginning with the task. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { makeStage } from "./support/stage.mjs";
import { SANDBOXED } from "./support/versions.mjs";

const START_MS = 40_000;

for (const version of SANDBOXED) {
  test(`a model that has a successor begins with its task at once in Codex ${version}`, async (t) => {
    const stage = await makeStage(t, { version, agentConfig: { model: "gpt-5.6-sol" } });
    stage.script("work", [say("Done.")]);
    await stage.sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
    const request = await eventually(
      "the first request",
      () => stage.requestsOf("work")[0],
      START_MS,
    );
    assert.equal(request.model, "gpt-5.6-sol");
  });
}
