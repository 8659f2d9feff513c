/**
 * `node polls.mjs OPERATION PLAN`: what the orchestrator asks of the plugin's own object, in one process that lives on,
 * as JSON. `PLAN` is what `sessions.mjs` wrote: the sessions with their handles.
 *
 * - `rounds`: `getActivityState`, then `getSessionInfo`, of all sessions at once, and nothing has changed
 * - `running`: `isProcessRunning` of one session
 * - `appended`: `getSessionInfo` after a kilobyte was appended to the session's rollout
 * - `lasting`: as many rounds as an orchestrator makes in half a day; what they leave behind
 *
 * CPU is that of the process and of the children that it waited for.
 */
import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "../../dist/index.js";

const ROUNDS = 40;
const SINGLE = 200;
const LASTING = 10_000;
/** A clock of the kernel's ticks so often in a second. */
const TICKS = 100;

const [operation, planPath] = process.argv.slice(2);
const { sessions, rollout } = JSON.parse(readFileSync(planPath, "utf8"));
const agent = create();

const round = () =>
  Promise.all(
    sessions.map(async (session) => {
      const detected = await agent.getActivityState(session);
      const info = await agent.getSessionInfo(session);
      return detected === null || info === null ? null : detected.state;
    }),
  );

const record = (text) =>
  `${JSON.stringify({
    timestamp: "2026-05-20T08:00:00.000Z",
    type: "response_item",
    payload: { type: "message", role: "assistant", content: [{ type: "output_text", text }] },
  })}\n`;
const KILOBYTE = record("x".repeat(1024 - record("").length));

const operations = {
  async rounds() {
    const first = await msOf(round);
    expectIdle(await round());
    await sleep(100);
    const spent = [];
    const before = cpu();
    for (let at = 0; at < ROUNDS; at += 1) {
      spent.push(await msOf(round));
      await sleep(20);
    }
    const after = cpu();
    const idle = await idleCpu();
    const floor = [];
    for (let at = 0; at < ROUNDS; at += 1) {
      floor.push(await msOf(() => Promise.all(sessions.map(() => stat(planPath)))));
    }
    return {
      first,
      ms: medianOf(spent),
      cpu: (after.ms - before.ms - idle) / ROUNDS,
      children: after.children - before.children,
      floorMs: medianOf(floor),
      longestDelay: await longestDelay(round),
    };
  },
  async running() {
    const { runtimeHandle } = sessions[0];
    const ask = () => agent.isProcessRunning(runtimeHandle);
    if ((await ask()) !== true) throw new Error("the session's Codex was not found");
    await ask();
    const spent = [];
    const before = cpu();
    for (let at = 0; at < SINGLE; at += 1) spent.push(await msOf(ask));
    const after = cpu();
    return {
      ms: medianOf(spent),
      cpu: (after.ms - before.ms) / SINGLE,
      children: after.children - before.children,
    };
  },
  async appended() {
    const ask = () => agent.getSessionInfo(sessions[0]);
    // A huge rollout is read in the background, and its first answers come from its end.
    for (let cost = -1, last = await ask(); cost !== last.cost.inputTokens; last = await ask()) {
      cost = last.cost.inputTokens;
      await sleep(1_000);
    }
    const spent = [];
    const before = cpu();
    for (let at = 0; at < SINGLE; at += 1) {
      appendFileSync(rollout, KILOBYTE);
      spent.push(await msOf(ask));
    }
    const after = cpu();
    return { ms: medianOf(spent), cpu: (after.ms - before.ms) / SINGLE };
  },
  async lasting() {
    const held = () => ({
      rss: process.memoryUsage.rss(),
      descriptors: readdirSync("/proc/self/fd").length,
    });
    for (let at = 0; at < LASTING / 10; at += 1) await round();
    globalThis.gc?.();
    const before = held();
    for (let at = 0; at < LASTING; at += 1) await round();
    globalThis.gc?.();
    const after = held();
    return { rss: after.rss - before.rss, descriptors: after.descriptors - before.descriptors };
  },
};

process.stdout.write(JSON.stringify(await operations[operation]()));

/** A fast wrong answer is none. */
function expectIdle(states) {
  const others = states.filter((state) => state !== "idle");
  if (others.length > 0) throw new Error(`the states of some sessions are ${others.join(", ")}`);
}

/** CPU so far, and faults of children: none where there was no child. */
function cpu() {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ").map(Number);
  const [faults, user, system] = [fields[8], fields[13], fields[14]];
  return {
    ms: (userCPUTime + systemCPUTime) / 1000 + ((user + system) * 1000) / TICKS,
    children: faults,
  };
}

/** The CPU that a process spends which only waits as often. */
async function idleCpu() {
  const before = cpu();
  for (let at = 0; at < ROUNDS; at += 1) await sleep(20);
  return cpu().ms - before.ms;
}

async function longestDelay(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let at = 0; at < 10; at += 1) {
    await work();
    await sleep(20);
  }
  delay.disable();
  return delay.max / 1e6;
}

async function msOf(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function medianOf(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
