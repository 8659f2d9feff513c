/** Compares what was answered and written with what is true, and says each difference in a line. */
import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";

/** Memory that is held may differ by this much between two moments, in MB; the lists of threads themselves grow. */
const HELD_MB = 6;

/**
 * A process as users have it also keeps what it has freed, in MB: some buffers for each of its threads, V8's own room.
 */
const MOST_MB = 128;

/** Threads of the system wait some seconds for more work before they end. */
const THREADS = 5;

const FIELDS = ["inputTokens", "cachedInputTokens", "outputTokens", "reasoningOutputTokens"];

export function judgeBill(who, bill, agents) {
  const truth = new Map(
    agents
      .flatMap(({ threads }) => threads)
      .map(({ id, billed }) => [id, Object.fromEntries(billed)]),
  );
  const told = new Map(bill.threads.map(({ threadId, models }) => [threadId, countsOf(models)]));
  const ids = new Set([...truth.keys(), ...told.keys()]);
  return [...ids].flatMap((id) => differs(`${who}: thread ${id}`, told.get(id), truth.get(id)));
}

const countsOf = (models) =>
  Object.fromEntries(
    Object.entries(models).map(([model, usage]) => [model, FIELDS.map((field) => usage[field])]),
  );

export function judgeAnswers(who, answers, agents) {
  return answers.flatMap(({ id, state, thread, cost }) => {
    const agent = agents.find(({ session }) => session.id === id);
    const { current, threads } = agent;
    const family = threads.filter((one) => one === current || one.spawnedBy === current);
    const counts = family.flatMap(({ billed }) => [...billed.values()]);
    const sum = (field) => counts.reduce((total, usage) => total + usage[field], 0);
    const tokens = { inputTokens: sum(0), outputTokens: sum(2) };
    const { estimatedCostUsd: _, ...told } = cost ?? {};
    return [
      ...differs(`${who}: thread of ${id}`, thread, basename(current.path, ".jsonl")),
      ...differs(`${who}: cost of ${id}`, told, tokens),
      ...differs(`${who}: state of ${id}`, state, "ready"),
    ];
  });
}

export function judgeMetadata({ session, recorded }) {
  const text = readFileSync(session.metadataPath, "utf8");
  const told = session.format === "json" ? JSON.parse(text) : pairsOf(text);
  const truth = { worktree: session.workspace, status: "working", ...Object.fromEntries(recorded) };
  return Object.keys(truth).flatMap((key) =>
    differs(`${session.id}: ${key}`, told[key], truth[key]),
  );
}

const pairsOf = (text) =>
  Object.fromEntries(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

export function judgeLeftovers(world) {
  const names = new Set(world.sessions.map(({ metadataPath }) => metadataPath.split("/").at(-1)));
  return readdirSync(world.data)
    .filter((name) => !names.has(name))
    .map((name) => `left behind: ${name}`);
}

/** What a process needs in the last quarter, beside what it needed in the second. */
export function judgeNeeds(who, samples, isFrugal) {
  const { early, late } = quarters(samples);
  const memory = isFrugal ? HELD_MB : MOST_MB - median(early, "memoryMb");
  return [
    ["memoryMb", memory],
    ["descriptors", 1],
    ["threads", THREADS],
  ]
    .map(([need, most]) => [need, most, median(early, need), median(late, need)])
    .filter(([, most, before, after]) => after - before > most)
    .map(
      ([need, , before, after]) =>
        `${who}: ${need} went from ${before.toFixed(1)} to ${after.toFixed(1)}`,
    );
}

/** The second quarter, when everything was asked for at least once, and the last. */
export function quarters(samples) {
  const quarter = Math.floor(samples.length / 4);
  return { early: samples.slice(quarter, 2 * quarter), late: samples.slice(-quarter) };
}

export function median(samples, need) {
  return samples.map((sample) => sample[need]).toSorted((a, b) => a - b)[samples.length >> 1];
}

function differs(what, told, truth) {
  const [a, b] = [JSON.stringify(sorted(told)), JSON.stringify(sorted(truth))];
  return a === b ? [] : [`${what}: told ${a}, but it is ${b}`];
}

const sorted = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted())
    : value;
