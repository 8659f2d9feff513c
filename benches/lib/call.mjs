/**
 * `node call.mjs [--watched] OPERATION …`: one first call of the addon in a process of its own, and what it cost as
 * JSON. The CPU is that of the call alone, the memory that of the whole process. `idle` loads no addon: it is the Node
 * to compare with. Watched, it tells how long the event loop was held up; that meter wakes Node a thousand times a
 * second, so that its CPU is no measure.
 */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const operations = {
  usage: async (codexHome) => {
    const { homeUsage } = await import("../../index.js");
    return () => homeUsage({ codexHome });
  },
  find: async (codexHome, workspace) => {
    const { findRollout } = await import("../../index.js");
    return () => findRollout(workspace, { codexHome });
  },
  export: async (codexHome, directory) => {
    const { exportResponses } = await import("../../index.js");
    return () => exportResponses({ codexHomes: [codexHome], directory, host: "bench" });
  },
  from: async (directory) => {
    const { homeUsage } = await import("../../index.js");
    return () => homeUsage({ from: [directory], by: "day,model" });
  },
  idle: async (milliseconds) => () => sleep(Number(milliseconds)),
};

const watched = process.argv[2] === "--watched";
const [operation, ...args] = process.argv.slice(watched ? 3 : 2);
const work = await operations[operation](...args);
// Let what starting Node left behind finish, so that it is not counted.
await sleep(20);
const delay = monitorEventLoopDelay({ resolution: 1 });
if (watched) delay.enable();
const before = process.resourceUsage();
const began = performance.now();
const result = await work();
const after = process.resourceUsage();
const wall = performance.now() - began;
// The turn in which the answer came is seen when it is over, by the next tick of the meter.
await sleep(20);
delay.disable();

const micros = (usage) => usage.userCPUTime + usage.systemCPUTime;
const answer = {
  cpu: (micros(after) - micros(before)) / 1000,
  blocksRead: after.fsRead - before.fsRead,
  maxRss: after.maxRSS * 1024,
  longestDelay: watched ? delay.max / 1e6 : null,
  wall,
  totals: result?.totals,
  threads: result?.threads?.length ?? result?.threads,
  responses: result?.responses,
  found: result?.workspacePath ?? null,
};
process.stdout.write(JSON.stringify(answer));
