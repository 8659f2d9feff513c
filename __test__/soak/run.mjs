/**
 * `npm run test:soak`: what a day does to the package, in ten minutes. Agents whose rollouts grow in bursts, fork, spawn
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
    ...ends.flatMap(({ name, samples }) => judge.judgeNeeds(name, samples)),
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
  const child = fork(fileURLToPath(new URL("poller.mjs", import.meta.url)), {
    execArgv: ["--expose-gc"],
    env: { ...world.env, SOAK_SESSIONS: JSON.stringify(sessions) },
  });
  const samples = [];
  child.on("message", ({ sample }) => sample && samples.push(sample));
  return { name: `poller ${index + 1}`, child, samples };
}

async function endOf({ name, child, samples }) {
  child.send("end");
  const exit = once(child, "exit");
  let last = {};
  child.on("message", (message) => (last = { ...last, ...message }));
  const [code] = await exit;
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  await sleep(0);
  return { name, samples, answers: last.answers, bill: last.bill };
}

function report(agents, ends) {
  const threads = agents.flatMap((agent) => agent.threads);
  const bytes = threads.reduce((sum, { history }) => sum + history.length, 0);
  say(`${threads.length} threads, ${(bytes / 1e6).toFixed(0)} MB of records written`);
  for (const { name, samples } of ends) {
    const needs = (some) =>
      ["tookMs", "memoryMb", "descriptors", "threads"]
        .map((need) => judge.median(some, need).toFixed(0).padStart(6))
        .join(" ");
    say(`${name}: ${samples.length} rounds        ms     MB    fds threads`);
    say(`  second quarter    ${needs(samples.slice(samples.length >> 2, samples.length >> 1))}`);
    say(`  last quarter      ${needs(samples.slice(-(samples.length >> 2)))}`);
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
