/** Lists of many threads: whole, in order, and without harm when the thread of JavaScript ends meanwhile. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { root, run } from "../support/command.mjs";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import { AT, lines, sessionMeta, threadId, tokenCount, turnContext } from "../support/records.mjs";

/** None, one, and more than one part of a scan. */
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
