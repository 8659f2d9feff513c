/** The table that decides a state, row by row. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MINUTE_MS } from "../support/clock.mjs";
import { decideState, stateRules } from "../../dist/session/state/decide.js";
import { NOTHING } from "../../dist/session/state/evidence.js";
import { logEvidence } from "../../dist/session/state/activity-log.js";

const NOW = Date.parse("2026-11-22T20:00:00.000Z");

const decide = (evidence) => {
  const decision = decideState({
    ...NOTHING,
    nowMs: NOW,
    readyThresholdMs: 5 * MINUTE_MS,
    isRunning: true,
    ...evidence,
  });
  return decision && [decision.state, decision.source, (NOW - decision.atMs) / 1000];
};

const prompt = (rest = {}) => ({
  threadId: "a",
  turnId: "t2",
  end: "none",
  atMs: NOW - 10_000,
  endedAtMs: null,
  ...rest,
});
const rollout = (turn, rest = {}) => ({
  turn,
  turnId: "t2",
  lastRecordAtMs: NOW - 5_000,
  updatedAtMs: NOW - 1_000,
  ...rest,
});
const question = {
  threadId: "a",
  rolloutPath: null,
  turnId: "t2",
  tool: "Bash",
  atMs: NOW - 3_000,
};
const before = { turnId: "t1", lastRecordAtMs: NOW - 60_000 };
const saw = (state, rest = {}) => ({ state, atMs: NOW - 2_000, isFresh: true, ...rest });

const CASES = [
  ["no process", { isRunning: false, question }, ["exited", "process", 0]],
  ["a question", { question, rollout: rollout("running") }, ["waiting_input", "hooks", 3]],
  [
    "a prompt of which the rollout does not know",
    { prompt: prompt(), rollout: rollout("finished", before) },
    ["active", "hooks", 10],
  ],
  ["a prompt before there is a rollout", { prompt: prompt() }, ["active", "hooks", 10]],
  [
    "a prompt whose turn runs",
    { prompt: prompt(), rollout: rollout("running") },
    ["active", "rollout", 5],
  ],
  [
    "a prompt whose turn runs and a screen that was read wrongly",
    { prompt: prompt(), rollout: rollout("running"), questionSeenAtMs: NOW },
    ["active", "rollout", 5],
  ],
  [
    "a prompt whose turn ended",
    { prompt: prompt(), rollout: rollout("finished") },
    ["ready", "rollout", 5],
  ],
  [
    "a stop that the rollout does not have yet",
    {
      prompt: prompt({ end: "stopped", endedAtMs: NOW - 1_000 }),
      rollout: rollout("finished", before),
    },
    ["ready", "hooks", 1],
  ],
  [
    "a stop that another hook took back",
    { prompt: prompt({ end: "stopped", endedAtMs: NOW - 6_000 }), rollout: rollout("running") },
    ["active", "rollout", 5],
  ],
  [
    "an interruption that the rollout does not have yet",
    { prompt: prompt({ end: "interrupted", endedAtMs: NOW - 1_000 }), rollout: rollout("running") },
    ["ready", "hooks", 1],
  ],
  [
    "a turn that ran in a Codex before this one",
    { prompt: prompt(), rollout: rollout("running"), startedAtMs: NOW - 2_000 },
    ["ready", "hooks", 5],
  ],
  [
    "a later turn that nobody prompted",
    { prompt: prompt(), rollout: rollout("running", { turnId: "t3" }) },
    ["active", "rollout", 5],
  ],
  [
    "a turn that an error ended",
    { prompt: prompt(), rollout: rollout("failed") },
    ["blocked", "rollout", 5],
  ],
  ["an interrupted turn", { rollout: rollout("aborted") }, ["ready", "rollout", 5]],
  [
    "a turn that ended long ago",
    { rollout: rollout("finished", { lastRecordAtMs: NOW - 6 * MINUTE_MS }) },
    ["idle", "rollout", 360],
  ],
  [
    "a turn that runs, and an orchestrator that saw a question since",
    { rollout: rollout("running"), log: saw("waiting_input") },
    ["waiting_input", "activity log", 2],
  ],
  [
    "a turn that runs, and an orchestrator that saw an error since",
    { rollout: rollout("running"), log: saw("blocked") },
    ["blocked", "activity log", 2],
  ],
  [
    "a turn that went on after the orchestrator saw a question",
    { rollout: rollout("running"), log: saw("waiting_input", { atMs: NOW - 8_000 }) },
    ["active", "rollout", 5],
  ],
  [
    "a turn that runs, and a question that nobody saw again",
    { rollout: rollout("running"), log: saw("waiting_input", { isFresh: false }) },
    ["active", "rollout", 5],
  ],
  [
    "a turn that runs, and a question on the screen",
    { rollout: rollout("running"), questionSeenAtMs: NOW },
    ["waiting_input", "screen", 0],
  ],
  ["a turn that runs", { rollout: rollout("running") }, ["active", "rollout", 5]],
  ["a thread without a turn", { rollout: rollout("none") }, ["ready", "rollout", 5]],
  ["no rollout, and what the orchestrator saw", { log: saw("idle") }, ["idle", "activity log", 2]],
  [
    "a turn without an end, of a process that nobody looked at",
    { isRunning: null, rollout: rollout("running"), isSilentForLong: true },
    ["exited", "age", 5],
  ],
  ["a rollout that says nothing of turns", { rollout: rollout("?") }, ["active", "age", 5]],
  ["nothing at all", {}, null],
];

for (const [what, evidence, expected] of CASES) {
  test(`${what} is ${expected === null ? "unknown" : `${expected[0]}, by the ${expected[1]}`}`, () => {
    assert.deepEqual(decide(evidence), expected);
  });
}

test("the sources are asked in this order", () => {
  const sources = stateRules().map(({ source }) => source);
  assert.deepEqual(
    sources.filter((source, index) => source !== sources[index - 1]),
    [
      "process",
      "hooks",
      "rollout",
      "activity log",
      "screen",
      "age",
      "rollout",
      "activity log",
      "age",
    ],
  );
});

const SEEN = {
  "a new line": [["waiting_input", NOW - 1_000], { state: "waiting_input", isFresh: true }],
  "a line that is five minutes old, as over": [
    ["blocked", NOW - 6 * MINUTE_MS],
    { state: "blocked", isFresh: false },
  ],
  "no state that there is not": [["root", NOW], null],
  "nothing where no state was seen": [[null, null], null],
  "nothing of a state without a time": [["idle", null], null],
};

for (const [what, [[state, atMs], expected]] of Object.entries(SEEN)) {
  test(`the orchestrator's log tells ${what}`, () => {
    assert.deepEqual(logEvidence(state, atMs, NOW), expected && { ...expected, atMs });
  });
}
