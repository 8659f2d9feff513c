// One way to use the addon in a process of its own: argument 1 says which, argument 2 is a Codex home.
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import * as native from "@ao/plugin-codex/native";

const options = { codexHome: isMainThread ? process.argv[3] : workerData };
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const worker = () => new Worker(fileURLToPath(import.meta.url), { workerData: options.codexHome });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const WAYS = {
  /** Ends the process while scans run. */
  exit: async () => {
    for (let at = 0; at < 8; at += 1) void native.homeUsage(options, null, () => {});
    await pause(30);
    say("exiting");
    process.exit(7);
  },
  /** Leaves a promise to nobody: the process ends when the scan is done. */
  forget: async () => {
    void native.homeUsage(options).then((home) => say(home.threads.length));
  },
  /** Scans on worker threads and on the main one. */
  workers: async () => {
    const answers = [worker(), worker(), worker()].map(
      (one) => new Promise((resolve) => one.once("message", resolve)),
    );
    const own = await native.homeUsage(options);
    say([own.totals, ...(await Promise.all(answers))]);
  },
  /** Ends workers while they scan. */
  terminate: async () => {
    for (let at = 0; at < 10; at += 1) {
      const one = worker();
      await new Promise((resolve) => one.once("online", resolve));
      await pause(at * 10);
      await one.terminate();
    }
    say((await native.homeUsage(options)).threads.length);
  },
};

if (isMainThread) await WAYS[process.argv[2]]();
else {
  const home = await native.homeUsage(options, new AbortController().signal, () => {});
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's, not a worker's
  parentPort.postMessage(home.totals);
}
