import assert from "node:assert/strict";
import { test } from "node:test";
import { homeUsage } from "@ao/plugin-codex/native";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { threadId } from "../support/records.mjs";
import { eachFault } from "./faults.mjs";
import { callFailing } from "./inject.mjs";

const ROLLOUTS = Array.from({ length: 8 }, (_, index) =>
  rollout({
    id: threadId(index + 1),
    cwd: `/home/dev/project-${index}`,
    at: `2026-05-${String(10 + (index % 4)).padStart(2, "0")}T08:00:00.000Z`,
    responses: [{ usage: [1_000 * (index + 1), 100, 10 * (index + 1), 5] }],
  }),
);

test("a bill of which a call fails is right, or names what it could not read, or says why there is none", async (t) => {
  const { home } = codexHome(t, ROLLOUTS);
  const truth = new Map(
    (await homeUsage({ codexHome: home })).threads.map((one) => [one.threadId, one.usage]),
  );
  const hits = await eachFault(
    temporaryFolder(t),
    ["open", "read", "stat", "list"],
    async (fault, what) => {
      const env = { XDG_CACHE_HOME: temporaryFolder(t) };
      const run = await callFailing("homeUsage", [{ codexHome: home }], { ...fault, env });
      assert.equal(run.signal, null, what);
      assert.doesNotMatch(run.stderr, /panicked/, what);
      const { value, error } = run.answer ?? {
        error: { message: "cannot be told: the fault hit the report" },
      };
      for (const { threadId: id, usage } of value?.threads ?? [])
        assert.deepEqual(usage, truth.get(id), `${what}: ${id}`);
      const isComplete = value?.threads.length === truth.size;
      const isTold = value?.skipped.length > 0 || /^cannot .+: .+/.test(error?.message);
      assert.ok(isComplete || isTold, `${what}: ${JSON.stringify(run.answer)}`);
      return run.hit;
    },
  );
  t.diagnostic(`${hits} faults`);
  assert.ok(hits > 0);
});
