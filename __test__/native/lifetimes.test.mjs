/** The addon in processes that end, or load it, in unusual ways: nothing may take the host down. */
import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";
import { root, run } from "../support/command.mjs";
import { AT, message, threadId } from "../support/records.mjs";

/** Enough that a scan is under way when something happens to it. */
const TEXT = `${message("x".repeat(20_000))}\n`.repeat(400);

const bigHome = (t) => {
  const rollouts = Array.from({ length: 12 }, (_, index) => {
    const one = rollout({
      id: threadId(index + 1),
      cwd: "/home/dev/shop",
      at: AT,
      responses: [{ usage: [1_000, 0, 100, 0] }],
    });
    return { ...one, text: one.text + TEXT };
  });
  return codexHome(t, rollouts).home;
};

/** Runs a program with the home and a cache of its own. */
const runProgram = (t, text, home) =>
  run(process.execPath, ["--input-type=module", "--eval", text], {
    cwd: root,
    env: { CODEX_HOME: home, XDG_CACHE_HOME: temporaryFolder(t) },
  });

const IMPORT = `import * as native from "@ao/plugin-codex/native";`;

test("a process that exits in the middle of a scan exits with its own code", async (t) => {
  const home = bigHome(t);
  for (const delay of [0, 1, 5, 20, 60]) {
    const text = `${IMPORT}
      native.homeUsage({}, null, () => {});
      native.listThreads();
      setTimeout(() => process.exit(7), ${delay});`;
    assert.deepEqual(await runProgram(t, text, home), { code: 7, stdout: "", stderr: "" });
  }
});

const WORKER = `
  import { Worker } from "node:worker_threads";
  const start = () => new Worker("./__test__/native/programs/bill-in-a-worker.mjs", { execArgv: [] });
  const told = (worker) => new Promise((resolve) => worker.once("message", resolve));`;

test("a worker thread reads a home, and others end while they read it", async (t) => {
  const text = `${WORKER}
    const [one, two, ...others] = [start(), start(), start(), start()];
    const answers = [told(one), told(two)];
    const end = (worker, ms) => new Promise((resolve) =>
      worker.once("online", () => setTimeout(() => resolve(worker.terminate()), ms)));
    await Promise.all(others.map((worker, at) => end(worker, 30 + at * 10)));
    console.log(JSON.stringify(await Promise.all(answers)));
    await Promise.all([one.terminate(), two.terminate()]);`;
  const { code, stdout, stderr } = await runProgram(t, text, bigHome(t));
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "[13200,13200]\n", stderr: "" });
});

test("worker threads come and go fifty times, one after the other", async (t) => {
  const responses = [{ usage: [5, 0, 1, 0] }];
  const one = rollout({ id: threadId(1), cwd: "/home/dev/shop", at: AT, responses });
  const text = `${WORKER}
    let sum = 0;
    for (let count = 0; count < 50; count += 1) {
      const worker = start();
      sum += await told(worker);
      await worker.terminate();
    }
    console.log(sum);`;
  const { home } = codexHome(t, [one]);
  assert.deepEqual(await runProgram(t, text, home), { code: 0, stdout: "300\n", stderr: "" });
});

test("two copies of the addon in one process answer alike", async (t) => {
  const home = bigHome(t);
  const folder = temporaryFolder(t);
  const addon = readdirSync(root).find((name) => name.endsWith(".node"));
  copyFileSync(join(root, addon), join(folder, "copy.node"));
  const text = `${IMPORT}
    import { createRequire } from "node:module";
    const copy = createRequire(import.meta.url)(${JSON.stringify(join(folder, "copy.node"))});
    const bills = await Promise.all([native.homeUsage(), copy.homeUsage(), native.homeUsage(), copy.homeUsage()]);
    console.log(JSON.stringify(bills.map((bill) => bill.totals.totalTokens)));`;
  assert.deepEqual(await runProgram(t, text, home), {
    code: 0,
    stdout: "[13200,13200,13200,13200]\n",
    stderr: "",
  });
});
