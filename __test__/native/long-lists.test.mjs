/** Lists of many threads, which reach JavaScript in pieces: whole, in order, and without harm when they are cut short. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as native from "../../index.js";
import { root, run } from "../support/command.mjs";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import { AT, lines, sessionMeta, threadId, tokenCount, turnContext } from "../support/records.mjs";

/** Around one piece, and some of them. */
const LENGTHS = [0, 1, 249, 250, 251, 800];

const ends = [];
let home;
let ids;

before(() => {
  home = temporaryFolder({ after: (end) => ends.push(end) });
  writeFile(home, join("sessions", "2026", "note.txt"), "");
  ids = new Map(LENGTHS.map((length) => [length, []]));
  let count = 0;
  for (const length of LENGTHS) {
    for (let at = 0; at < length; at += 1) {
      count += 1;
      const id = threadId(count);
      const text = lines(
        sessionMeta(id, { cwd: `/home/dev/list-${length}` }),
        turnContext(),
        tokenCount([count, 0, 1, 0]),
      );
      writeFile(home, activePath(id), text, new Date(Date.parse(AT) + count * 1000).toISOString());
      ids.get(length).unshift(id);
    }
  }
});

after(async () => {
  for (const end of ends) await end();
});

for (const length of LENGTHS) {
  test(`a list of ${length} threads is whole and in order`, async () => {
    const options = { codexHome: home, workspacePath: `/home/dev/list-${length}` };
    const [list, bill] = await Promise.all([
      native.listThreads(options),
      native.homeUsage({ ...options, workspaceMatch: "began" }),
    ]);
    for (const { threads } of [list, bill]) {
      assert.deepEqual(
        threads.map(({ threadId: id }) => id),
        ids.get(length),
      );
    }
    assert.deepEqual(Object.keys(list), ["codexHome", "threads", "skipped"]);
    const billed = bill.threads.reduce((sum, { usage }) => sum + usage.totalTokens, 0);
    assert.equal(bill.totals.totalTokens, billed);
  });
}

test("a signal that is aborted while the list is handed over ends the call", async (t) => {
  const controller = new AbortController();
  const { parse } = JSON;
  const parsed = t.mock.method(JSON, "parse", (text) => {
    controller.abort();
    return parse(text);
  });
  await assert.rejects(native.homeUsage({ codexHome: home }, controller.signal), {
    code: "Cancelled",
    message: `cannot read Codex home ${home}: cancelled`,
  });
  assert.equal(parsed.mock.callCount(), 1);
});

test("what is thrown while the list is handed over rejects the promise", async (t) => {
  const thrown = new RangeError("no more memory");
  t.mock.method(JSON, "parse", () => {
    throw thrown;
  });
  const options = { codexHome: home };
  await assert.rejects(native.homeUsage(options), thrown);
  await assert.rejects(native.listThreads(options), thrown);
});

test("worker threads that are terminated while lists are handed over leave the process whole", async () => {
  const text = `
    import { Worker } from "node:worker_threads";
    for (let ms = 0; ms < 40; ms += 4) {
      const worker = new Worker("./__test__/native/programs/list-for-ever.mjs", { execArgv: [] });
      await new Promise((resolve) => worker.once("online", resolve));
      await new Promise((resolve) => setTimeout(resolve, 30 + ms));
      await worker.terminate();
    }
    console.log("whole");`;
  const result = await run(process.execPath, ["--input-type=module", "--eval", text], {
    cwd: root,
    env: { CODEX_HOME: home },
  });
  assert.deepEqual(result, { code: 0, stdout: "whole\n", stderr: "" });
});
