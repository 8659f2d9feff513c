// `node scripts/make-sample-home.mjs`: writes `samples/`, the same bytes at every run.
//
// - `samples/codex-home/`: a Codex home with every era of the rollout format (see `sample-home/dialects.mjs`)
// - `samples/ledger.json`: what was billed for each of its threads, kept by the generator while it imagined the
//   responses and never read from the rollouts: the truth that `ao-codex usage` is tested against
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./prepare.mjs";
import { iso } from "./sample-home/records.mjs";
import { story } from "./sample-home/story.mjs";
import { storedFrame } from "./sample-home/zst.mjs";

const SEED = 20_250_819;
const samples = join(root, "samples");

rmSync(join(samples, "codex-home"), { recursive: true, force: true });
const threads = story(SEED).map(({ thread, archived, compressed }) => {
  const rollout = rolloutPath(thread, { archived, compressed });
  const path = join(samples, "codex-home", rollout);
  const bytes = Buffer.from(thread.text);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, compressed ? storedFrame(bytes) : bytes);
  return {
    threadId: thread.id,
    rollout,
    lastRecordAt: lastTimestamp(thread),
    tells: tells(thread.dialect),
    billed: thread.billed,
  };
});
writeFileSync(join(samples, "ledger.json"), `${JSON.stringify({ threads }, null, 2)}\n`);

function rolloutPath(thread, { archived, compressed }) {
  const time = iso(thread.startedAt).slice(0, 19);
  const name = `rollout-${time.replaceAll(":", "-")}-${thread.id}.jsonl${compressed ? ".zst" : ""}`;
  if (archived) return join("archived_sessions", name);
  return join("sessions", ...time.slice(0, 10).split("-"), name);
}

function lastTimestamp({ text }) {
  return [...text.matchAll(/^\{"(?:[^\n]*?")?timestamp":"([^"]+)"/gm)].at(-1)[1];
}

/** The record kinds of a version: up to 0.33 nothing of tokens, up to 0.34 nothing of models. */
function tells({ envelope, contexts }) {
  if (envelope === "flat") return "nothing";
  return contexts === undefined ? "tokens" : "tokens and models";
}
