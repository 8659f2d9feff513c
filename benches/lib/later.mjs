/**
 * `node later.mjs OPERATION HOME …`: later looks of one process that lives on, as JSON: the median time of one in
 * milliseconds, the memory of the process, how long the event loop was held up.
 *
 * - `poll HOME ROLLOUT THREAD`: a kilobyte is appended, and the thread asked for
 * - `refresh HOME WORKSPACE…`: the sessions of these are found and asked for at once, and nothing has changed
 */
import { appendFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import * as native from "../../index.js";

const LOOKS = 200;
const REFRESHES = 30;

const record = (text) =>
  `${JSON.stringify({
    timestamp: "2026-05-20T08:00:00.000Z",
    type: "response_item",
    payload: { type: "message", role: "assistant", content: [{ type: "output_text", text }] },
  })}\n`;
const KILOBYTE = record("x".repeat(1024 - record("").length));

const operations = {
  poll: async (codexHome, path, threadId) => {
    const ask = () => native.threadUsage(threadId, { codexHome });
    await ask();
    return {
      looks: LOOKS,
      change: () => appendFileSync(path, KILOBYTE),
      ask,
      floor: () => stat(path),
    };
  },
  refresh: async (codexHome, ...sessions) => {
    const one = async (workspace) => {
      const thread = await native.findRollout(workspace, { codexHome });
      return native.threadUsage(thread.threadId, { codexHome });
    };
    return {
      looks: REFRESHES,
      change: () => sleep(20),
      ask: () => Promise.all(sessions.map(one)),
      floor: () => Promise.all(sessions.map(() => stat(codexHome))),
    };
  },
};

const [operation, ...args] = process.argv.slice(2);
const { ask, change, floor, looks } = await operations[operation](...args);
// The first look is told of nothing, and the second begins to listen.
for (let at = 0; at < 3; at += 1) await ask();
const [ours, floors] = [[], []];
for (let at = 0; at < looks; at += 1) {
  await change();
  ours.push(await msOf(ask));
  floors.push(await msOf(floor));
}
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let at = 0; at < 5; at += 1) {
  await change();
  await ask();
  await sleep(20);
}
delay.disable();
process.stdout.write(
  JSON.stringify({
    ms: medianOf(ours),
    floorMs: medianOf(floors),
    maxRss: process.resourceUsage().maxRSS * 1024,
    longestDelay: delay.max / 1e6,
  }),
);

async function msOf(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function medianOf(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
