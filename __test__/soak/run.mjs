/**
 * `npm test -- soak`: what a day does to the package, in ten minutes. Agents whose rollouts grow in bursts, fork, spawn
 * subagents, are archived, compressed, taken up again and removed; git and gh through the wrappers; processes that poll
 * all of it as the orchestrator does. Then everything has to be true, and the processes as big as they were.
 *
 *   --agents N    50      --minutes N   10      --pollers N   3      --seed N   printed; the choices are the same again
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { prepare } from "../../scripts/prepare.mjs";
import { sessionOf } from "../plugin/support/session.mjs";
import { soakRandom } from "./random.mjs";

/** Of several pollers this one is as users have it. */
const AS_IT_IS = 1;

/** The others give back what they free, so that what they need is what they hold. */
const FRUGAL = {
  flags: ["--max-semi-space-size=1"],
  // Otherwise glibc keeps each buffer that was as large as this once, for each thread.
  env: { MALLOC_MMAP_THRESHOLD_: "131072" },
};

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "50" },
    minutes: { type: "string", default: "10" },
    pollers: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});

prepare();
// The addon is there only now.
const { Agent } = await import("./agent.mjs");
const judge = await import("./judge.mjs");
const { makeWorld } = await import("./world.mjs");

say(
  `${values.agents} agents, ${values.minutes} minutes, ${values.pollers} pollers, seed ${values.seed}`,
);
const world = await makeWorld(Number(values.agents));
try {
  const random = soakRandom(Number(values.seed));
  const agents = world.sessions.map((session) => new Agent({ session, world, random }));
  const pollers = Array.from({ length: Number(values.pollers) }, startPoller);
  const over = AbortSignal.timeout(Number(values.minutes) * 60_000);
  await Promise.all(agents.map((agent) => agent.work(over)));
  const ends = await Promise.all(pollers.map(endOf));

  const findings = [
    ...ends.flatMap(({ name, answers, bill }) => [
      ...judge.judgeBill(name, bill, agents),
      ...judge.judgeAnswers(name, answers, agents),
    ]),
    ...ends.flatMap((end) => judge.judgeNeeds(end.name, end.samples, end.isFrugal)),
    ...agents.flatMap((agent) => judge.judgeMetadata(agent)),
    ...judge.judgeLeftovers(world),
  ];
  report(agents, ends);
  for (const finding of findings) say(finding);
  say(`${findings.length === 0 ? 1 : 0} passed, ${findings.length === 0 ? 0 : 1} failed`);
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  for (const { codex } of world.sessions) codex.kill();
  rmSync(world.root, { recursive: true, force: true });
}

function startPoller(_, index) {
  const sessions = world.sessions.map(({ id, workspace, codex }) =>
    sessionOf({
      id,
      workspacePath: workspace,
      runtimeHandle: { id, runtimeName: "process", data: { pid: codex.pid } },
    }),
  );
  const isFrugal = index !== AS_IT_IS;
  const { flags, env } = isFrugal ? FRUGAL : { flags: [], env: {} };
  const child = fork(fileURLToPath(new URL("poller.mjs", import.meta.url)), {
    execArgv: ["--expose-gc", ...flags],
    env: { ...world.env, ...env, SOAK_SESSIONS: JSON.stringify(sessions) },
  });
  const samples = [];
  child.on("message", ({ sample }) => sample && samples.push(sample));
  const name = `poller ${index + 1}${isFrugal ? "" : " (as it is)"}`;
  return { name, child, samples, isFrugal };
}

async function endOf({ child, ...poller }) {
  child.send("end");
  const exit = once(child, "exit");
  let last = {};
  child.on("message", (message) => (last = { ...last, ...message }));
  const [code] = await exit;
  if (code !== 0) throw new Error(`${poller.name} ended with ${code}`);
  await sleep(0);
  return { ...poller, answers: last.answers, bill: last.bill };
}

function report(agents, ends) {
  const threads = agents.flatMap((agent) => agent.threads);
  const bytes = threads.reduce((sum, { history }) => sum + history.length, 0);
  say(`${threads.length} threads, ${(bytes / 1e6).toFixed(0)} MB of records written`);
  for (const { name, samples } of ends) {
    const row = (title, cells) =>
      say(title.padEnd(32) + cells.map((cell) => String(cell).padStart(8)).join(""));
    const needs = (some) =>
      ["tookMs", "memoryMb", "descriptors", "threads"].map((need) =>
        judge.median(some, need).toFixed(0),
      );
    const { early, late } = judge.quarters(samples);
    row(`${name}: ${samples.length} rounds`, ["ms", "MB", "fds", "threads"]);
    row("  second quarter", needs(early));
    row("  last quarter", needs(late));
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
