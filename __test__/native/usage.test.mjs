/** What was billed, of a rollout, a thread and a home: whole answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { NOTHING, PRICING, usage } from "../support/expected.mjs";
import { activePath, temporaryFolder, writeFile } from "../support/home.mjs";
import { threadId } from "../support/records.mjs";
import {
  FORK_THREAD,
  home,
  OLD,
  OLD_THREAD,
  OLD_USAGE,
  REVIEW,
  REVIEW_THREAD,
  REVIEW_USAGE,
  ROOT,
  ROOT_THREAD,
  ROOT_USAGE,
} from "./support/family-home.mjs";

test("rolloutUsage reads what one rollout tells", async (t) => {
  const { paths } = home(t);
  assert.deepEqual(await native.rolloutUsage(paths.root), ROOT_THREAD(paths.root));
  assert.deepEqual(await native.rolloutUsage(paths.review), REVIEW_THREAD(paths.review));
  assert.deepEqual(await native.rolloutUsage(paths.old), OLD_THREAD(paths.old));
});

test("rolloutUsage of a file without a record is null", async (t) => {
  const folder = temporaryFolder(t);
  assert.equal(await native.rolloutUsage(writeFile(folder, activePath(ROOT), "")), null);
});

test("threadUsage adds the thread and its subagents up, and no fork", async (t) => {
  const { folder, paths } = home(t);
  assert.deepEqual(await native.threadUsage(ROOT, { codexHome: folder }), {
    thread: ROOT_THREAD(paths.root),
    subagents: [REVIEW_THREAD(paths.review)],
    total: usage([3500, 1300, 450, 40], 0.0079625),
    skipped: [],
  });
});

test("threadUsage of a thread that the home does not have is null", async (t) => {
  const { folder } = home(t);
  assert.equal(await native.threadUsage(threadId(99), { codexHome: folder }), null);
});

const ALL = (paths) => [
  ROOT_THREAD(paths.root),
  REVIEW_THREAD(paths.review),
  FORK_THREAD(paths.fork),
  OLD_THREAD(paths.old),
];
const DEFAULT_RATED = { ...PRICING, defaultRated: ["house-model"] };

test("homeUsage is the bill of the whole home", async (t) => {
  const { folder, paths } = home(t);
  assert.deepEqual(await native.homeUsage({ codexHome: folder }), {
    codexHome: folder,
    pricing: DEFAULT_RATED,
    threads: ALL(paths),
    totals: usage([3700, 1300, 470, 50], 0.0079625 + OLD_USAGE.estimatedCostUsd),
    groups: null,
    cells: null,
    skipped: [],
  });
});

const billed = (whole, amount) => ({
  ...whole,
  usage: amount,
  models: { [whole.model]: amount },
  tiers: { standard: amount },
});
const FIRST_TURN = usage([1000, 200, 100, 40], 0.002025);
const SECOND_TURN = usage([2000, 1000, 300, 0], 0.004375);

const WINDOWS = {
  "since the second day": [
    { sinceMs: Date.parse("2026-05-21T00:00:00Z") },
    (paths) => [billed(ROOT_THREAD(paths.root), SECOND_TURN)],
    SECOND_TURN,
  ],
  "until the second day": [
    { untilMs: Date.parse("2026-05-21T00:00:00Z"), workspacePath: "/home/dev/shop" },
    (paths) => [billed(ROOT_THREAD(paths.root), FIRST_TURN), REVIEW_THREAD(paths.review)],
    usage([1500, 300, 150, 40], 0.0035875),
  ],
  "between two times in which nothing was billed": [
    { sinceMs: 0, untilMs: Date.parse("2020-01-01T00:00:00Z") },
    () => [],
    NOTHING,
  ],
  "of turns that ran in a workspace": [
    { workspacePath: "/home/dev/docs" },
    (paths) => [billed(ROOT_THREAD(paths.root), SECOND_TURN), OLD_THREAD(paths.old)],
    usage([2200, 1000, 320, 10], 0.004375 + OLD_USAGE.estimatedCostUsd),
  ],
  "of turns that ran in a workspace, asked for by name": [
    { workspacePath: "/home/dev/docs/.", workspaceMatch: "ran" },
    (paths) => [billed(ROOT_THREAD(paths.root), SECOND_TURN), OLD_THREAD(paths.old)],
    usage([2200, 1000, 320, 10], 0.004375 + OLD_USAGE.estimatedCostUsd),
  ],
  "of threads that began in a workspace": [
    { workspacePath: "/home/dev/docs", workspaceMatch: "began" },
    (paths) => [OLD_THREAD(paths.old)],
    OLD_USAGE,
  ],
  "of everything, when every option is null": [
    {
      workspacePath: null,
      workspaceMatch: null,
      sinceMs: null,
      untilMs: null,
      by: null,
    },
    ALL,
    usage([3700, 1300, 470, 50], 0.0079625 + OLD_USAGE.estimatedCostUsd),
  ],
};

for (const [what, [options, threads, totals]] of Object.entries(WINDOWS)) {
  test(`homeUsage ${what}`, async (t) => {
    const { folder, paths } = home(t);
    const answer = await native.homeUsage({ codexHome: folder, ...options });
    assert.deepEqual(
      { threads: answer.threads, totals: answer.totals, skipped: answer.skipped },
      { threads: threads(paths), totals, skipped: [] },
    );
  });
}

const group = (key, threads, amount, isEstimate = false) => ({
  key,
  threads,
  usage: amount,
  isEstimate,
});

const GROUPS = {
  thread: [
    group(ROOT, 1, ROOT_USAGE),
    group(REVIEW, 1, REVIEW_USAGE, true),
    group(OLD, 1, OLD_USAGE),
  ],
  workspace: [
    group("/home/dev/docs", 2, usage([2200, 1000, 320, 10], 0.004825)),
    group("/home/dev/shop", 2, usage([1500, 300, 150, 40], 0.0035875), true),
  ],
  model: [
    group("gpt-5-codex", 2, usage([3200, 1200, 420, 50], 0.00685)),
    group("house-model", 1, REVIEW_USAGE, true),
  ],
};

for (const [by, groups] of Object.entries(GROUPS)) {
  test(`homeUsage by ${by} adds up the most expensive first, beside the threads`, async (t) => {
    const { folder, paths } = home(t);
    const answer = await native.homeUsage({ codexHome: folder, by });
    assert.deepEqual(rounded(answer.groups), rounded(groups));
    assert.deepEqual(answer.threads, ALL(paths));
  });
}

test("homeUsage by day adds up day after day", async (t) => {
  const { folder } = home(t);
  const { groups } = await native.homeUsage({ codexHome: folder, by: "day" });
  const inOrder = groups.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  assert.deepEqual(groups, inOrder);
  const sum = groups.reduce((total, one) => total + one.usage.totalTokens, 0);
  assert.equal(sum, 3700 + 470);
});

test("a home without rollouts has none, and is no error", async (t) => {
  const codexHomePath = temporaryFolder(t);
  const options = { codexHome: codexHomePath };
  assert.deepEqual(await native.listThreads(options), { ...options, threads: [], skipped: [] });
  assert.deepEqual(await native.homeUsage(options), {
    ...options,
    pricing: PRICING,
    threads: [],
    totals: NOTHING,
    groups: null,
    cells: null,
    skipped: [],
  });
  assert.equal(await native.findRollout("/home/dev/shop", options), null);
  assert.equal(await native.threadUsage(ROOT, options), null);
});

/** Without the days, which are those of the machine's time zone. */
const CELLS = [
  ["gpt-5-codex", "/home/dev/docs", 220],
  ["gpt-5-codex", "/home/dev/shop", 1100],
  ["house-model", "/home/dev/shop", 550],
  ["gpt-5-codex", "/home/dev/docs", 2300],
];

test("homeUsage gives the bill by day, model and workspace at once where it is asked to", async (t) => {
  const { folder } = home(t);
  const { cells, totals } = await native.homeUsage({ codexHome: folder, cells: true });
  assert.deepEqual(
    cells.map(({ model, workspace, usage: { totalTokens } }) => [model, workspace, totalTokens]),
    CELLS,
  );
  const sum = cells.reduce((tokens, cell) => tokens + cell.usage.totalTokens, 0);
  assert.equal(sum, totals.totalTokens);
});
/** Sums of dollars to a millionth of a cent: the order of an addition shows in their last digit. */
function rounded(groups) {
  return groups.map((one) => ({
    ...one,
    usage: { ...one.usage, estimatedCostUsd: one.usage.estimatedCostUsd.toFixed(12) },
  }));
}
