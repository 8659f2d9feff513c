/**
 * A process that asks as the orchestrator does, every few seconds, and says after each round what it has come to need.
 * Told to end, it asks once more and says everything that it was answered.
 */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@ao/plugin-codex";
import * as native from "@ao/plugin-codex/native";

const POLL_MS = 5_000;

/** Every so many rounds somebody looks at the list, and at the bill. */
const LIST_EVERY = 3;
const BILL_EVERY = 4;

const sessions = JSON.parse(process.env.SOAK_SESSIONS);
const agent = create();
const over = new AbortController();
process.once("message", () => over.abort());

for (let round = 1; !over.signal.aborted; round += 1) {
  const started = performance.now();
  await Promise.all(sessions.map(ask));
  if (round % LIST_EVERY === 0) await native.listThreads();
  if (round % BILL_EVERY === 0) await native.homeUsage();
  const tookMs = performance.now() - started;
  globalThis.gc();
  process.send({ sample: { tookMs, ...needs() } });
  await sleep(POLL_MS, undefined, over).catch(() => "over");
}
const answers = await Promise.all(sessions.map(ask));
process.send({ answers, bill: await native.homeUsage() }, () => process.exit(0));

async function ask(session) {
  const activity = await agent.getActivityState(session);
  const info = await agent.getSessionInfo(session);
  return {
    id: session.id,
    state: activity.state,
    thread: info?.agentSessionId ?? null,
    cost: info?.cost ?? null,
  };
}

function needs() {
  return {
    memoryMb: process.memoryUsage.rss() / 1e6,
    descriptors: readdirSync("/proc/self/fd").length,
    threads: readdirSync("/proc/self/task").length,
  };
}
