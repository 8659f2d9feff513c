// `node poll-a-home.mjs HOME ROLLOUT RECORD`: appends the record and asks for the home's revision, some times. Prints
// the milliseconds of the processor that the first question took, and those of a later one in the middle.
import { appendFileSync } from "node:fs";
import { homeRevision } from "@ao/plugin-codex/native";

const POLLS = 7;

const [codexHome, rollout, record] = process.argv.slice(2);

async function poll() {
  const started = process.cpuUsage();
  const revision = await homeRevision({ codexHome });
  const { user, system } = process.cpuUsage(started);
  return { revision, cpuMs: (user + system) / 1_000 };
}

const first = await poll();
// The second one may be a walk: it is when the directories begin to be watched.
await poll();
const later = [];
for (let at = 0; at < POLLS; at += 1) {
  appendFileSync(rollout, record);
  later.push(await poll());
}
const revisions = new Set(later.map(({ revision }) => revision));
const [middle] = later
  .map(({ cpuMs }) => cpuMs)
  .toSorted((a, b) => a - b)
  .slice(POLLS >> 1);
process.stdout.write(
  JSON.stringify({ firstMs: first.cpuMs, laterMs: middle, seen: revisions.size }),
);
