/** A copy of a home, as a checkout, a synchroniser or a restored backup makes one: the files' times mean nothing. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { mulberry32 } from "../../scripts/mulberry32.mjs";
import { aoCodex, root } from "../support/command.mjs";
import { temporaryFolder } from "../support/home.mjs";

const SAMPLES = join(root, "samples");
const SAMPLE = join(SAMPLES, "codex-home");

/** In seconds since 1970, and from which time to which the files are. */
const TIMES = {
  "of this moment": [Date.now() / 1000, Date.now() / 1000],
  "of two years": [1_735_689_600, 1_798_761_600],
  "before 1980": [1, 315_532_800],
  "in the future": [4_102_444_800, 7_258_118_400],
};

/** What people and programs are told of a home, as if it were the sample. */
async function answersOf(home) {
  const of = async (...args) => {
    const { code, stdout, stderr } = await aoCodex([...args, "--json", "--codex-home", home]);
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    return JSON.parse(stdout.replaceAll(home, SAMPLE));
  };
  const sessions = await of("sessions");
  const began = sessions.threads.filter(({ kind, archived }) => kind !== "subagent" && !archived);
  const workspaces = new Set(began.map(({ workspacePath }) => workspacePath));
  // The oldest versions do not say where a thread began.
  workspaces.delete(null);
  const resumed = {};
  for (const workspace of workspaces)
    resumed[workspace] = await of("resume", "--workspace", workspace);
  return { sessions, usage: await of("usage", "--by", "day"), resumed };
}

function filesOf(home) {
  const entries = readdirSync(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

let expected;
before(async () => {
  expected = await answersOf(SAMPLE);
});

for (const [what, [first, last]] of Object.entries(TIMES)) {
  test(`a copy with files ${what} has the order, the states and the threads to resume of the home`, async (t) => {
    const home = join(temporaryFolder(t), "copy");
    cpSync(SAMPLE, home, { recursive: true });
    const random = mulberry32(what.length);
    for (const path of filesOf(home)) {
      const time = first + random() * (last - first);
      utimesSync(path, time, time);
    }
    assert.deepEqual(await answersOf(home), expected);
  });
}

test("threads are in the order of their last records, none of which is of today", () => {
  const ledger = JSON.parse(readFileSync(join(SAMPLES, "ledger.json"), "utf8"));
  const recorded = ledger.threads.map(({ threadId, lastRecordAt }) => [threadId, lastRecordAt]);
  assert.deepEqual(
    expected.sessions.threads.map(({ threadId, updatedAt }) => [threadId, updatedAt]),
    recorded.toSorted(([, a], [, b]) => (a < b ? 1 : -1)),
  );
  assert.deepEqual(
    expected.sessions.threads.filter(({ state }) => state === "active"),
    [],
  );
});
