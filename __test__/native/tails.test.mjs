/** What is told from the last records: themselves, and what the thread is doing. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import {
  AT,
  event,
  lines,
  message,
  opening,
  record,
  sessionMeta,
  taskComplete,
  taskStarted,
  turnContext,
} from "../support/records.mjs";
import { LATER, ROOT } from "./support/family-home.mjs";

const ENDS = {
  "none when there was no turn": [[], { turn: "none", turnId: null, model: null }],
  "running while it has not ended": [
    [taskStarted(), turnContext(), message("…")],
    { turn: "running", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "finished when the model was done": [
    [taskStarted(), turnContext(), taskComplete()],
    { turn: "finished", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "aborted when the user stopped it": [
    [taskStarted(), turnContext(), event({ type: "turn_aborted", turn_id: "turn-1" })],
    { turn: "aborted", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "failed when an error ended it": [
    [taskStarted(), turnContext(), event({ type: "error", message: "no" }), taskComplete()],
    { turn: "failed", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "failed when a person's prompt was answered without a word": [
    [
      taskStarted(),
      event({ type: "user_message", message: "Do it." }),
      turnContext(),
      event({ type: "task_complete", turn_id: "turn-1", last_agent_message: null }),
    ],
    { turn: "failed", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "that of the last turn": [
    [taskStarted(), turnContext(), taskComplete(), taskStarted("turn-2")],
    { turn: "running", turnId: "turn-2", model: "gpt-5-codex" },
  ],
};

for (const [what, [records, expected]] of Object.entries(ENDS)) {
  test(`readActivity: the state is ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT), ...records), LATER);
    assert.deepEqual(await native.readActivity(path), {
      ...expected,
      openCalls: 0,
      lastAnswerAtMs: null,
      lastRecordAtMs: Date.parse(AT),
      updatedAtMs: Date.parse(LATER),
      sizeBytes: statSync(path).size,
    });
  });
}

test("readActivity counts the calls that no tool has answered, and tells when one did", async (t) => {
  const item = (type, call_id, at = AT) => record(at, "response_item", { type, call_id });
  const call = (id) => item("function_call", id);
  const answer = item("function_call_output", "a", LATER);
  const custom = item("custom_tool_call", "c");
  const records = [taskStarted(), call("a"), call("b"), custom, answer];
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT), ...records));
  const { openCalls, lastAnswerAtMs } = await native.readActivity(path);
  assert.deepEqual(
    { openCalls, lastAnswerAtMs },
    { openCalls: 2, lastAnswerAtMs: Date.parse(LATER) },
  );
  const next = lines(sessionMeta(ROOT), ...records, taskStarted("turn-2"));
  const fresh = await native.readActivity(writeFile(folder, activePath(ROOT), next));
  assert.deepEqual([fresh.openCalls, fresh.lastAnswerAtMs], [0, null]);
});

test("readActivity looks back to the beginning of a turn of 3 MB", async (t) => {
  const folder = temporaryFolder(t);
  const long = Array.from({ length: 300 }, () => message("x".repeat(10_000)));
  const text = lines(...opening(ROOT), ...long);
  const { turn, turnId } = await native.readActivity(writeFile(folder, activePath(ROOT), text));
  assert.deepEqual({ turn, turnId }, { turn: "running", turnId: "turn-1" });
});

test("readActivity of a rollout that is not there is null", async (t) => {
  assert.equal(await native.readActivity(join(temporaryFolder(t), "rollout-a.jsonl")), null);
});
