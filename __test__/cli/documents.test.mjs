import assert from "node:assert/strict";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { usage } from "../support/expected.mjs";
import { codexHome, rollout } from "../support/home.mjs";

const ROOT = "019e4464-e720-70ca-80b3-5afce7a15c61";
const SUBAGENT = "019e4465-e720-70ca-80b3-5afce7a15c62";

/** A thread of two days on a model with a price, and its subagent in another workspace on one without. */
function homeOf(t) {
  return codexHome(t, [
    rollout({
      id: ROOT,
      cwd: "/home/dev/shop",
      model: "gpt-5-codex",
      at: "2026-05-20T08:00:00.000Z",
      responses: [
        { usage: [1000, 200, 100, 40] },
        { time: "2026-05-21T09:30:00.250Z", usage: [2000, 1000, 300, 0] },
      ],
    }),
    rollout({
      id: SUBAGENT,
      cwd: "/home/dev/docs",
      model: "house-model",
      at: "2026-05-20T08:10:00.000Z",
      responses: [{ usage: [500, 100, 50, 0] }],
      meta: { source: { subagent: "review" }, thread_source: "subagent", parent_thread_id: ROOT },
    }),
  ]);
}

// gpt-5-codex: 1.25 in, 0.125 cached, 10 out per million; the default rates: 2.50, 0.625 and 10.
const FIRST_DAY = usage([1000, 200, 100, 40], 0.002025);
const SECOND_DAY = usage([2000, 1000, 300, 0], 0.004375);
const ROOT_USAGE = usage([3000, 1200, 400, 40], 0.0064);
const SUBAGENT_USAGE = usage([500, 100, 50, 0], 0.0015625);
const TOTALS = usage([3500, 1300, 450, 40], 0.0079625);

const PRICING = {
  source: "LiteLLM 1.109.1 model prices",
  asOf: "2026-11-28",
  defaultRated: ["house-model"],
  familyRated: {},
};

const threads = ([rootPath, subagentPath]) => [
  {
    threadId: ROOT,
    rolloutPath: rootPath,
    workspacePath: "/home/dev/shop",
    kind: "root",
    parentThreadId: null,
    archived: false,
    createdAt: "2026-05-20T08:00:00.000Z",
    updatedAt: "2026-05-21T09:30:00.250Z",
    model: "gpt-5-codex",
    usage: ROOT_USAGE,
    models: { "gpt-5-codex": ROOT_USAGE },
    tiers: { standard: ROOT_USAGE },
    planType: null,
    isEstimate: false,
    skippedRecords: 0,
  },
  {
    threadId: SUBAGENT,
    rolloutPath: subagentPath,
    workspacePath: "/home/dev/docs",
    kind: "subagent",
    parentThreadId: ROOT,
    archived: false,
    createdAt: "2026-05-20T08:10:00.000Z",
    updatedAt: "2026-05-20T08:10:00.000Z",
    model: "house-model",
    usage: SUBAGENT_USAGE,
    models: { "house-model": SUBAGENT_USAGE },
    tiers: { standard: SUBAGENT_USAGE },
    planType: null,
    isEstimate: true,
    skippedRecords: 0,
  },
];

/** The command's standard output is this document, key by key in this order, and nothing else. */
async function assertPrints(args, document) {
  const result = await aoCodex([...args, "--json"]);
  assert.deepEqual(result, {
    code: 0,
    stdout: `${JSON.stringify(document, null, 2)}\n`,
    stderr: "",
  });
}

test("usage --json is the bill", async (t) => {
  const { home, paths } = homeOf(t);
  await assertPrints(["usage", "--codex-home", home], {
    schemaVersion: 1,
    codexHome: home,
    pricing: PRICING,
    threads: threads(paths),
    totals: TOTALS,
    skipped: [],
  });
});

test("usage --json is the same wherever its options stand", async (t) => {
  const { home } = homeOf(t);
  const orders = [
    ["usage", "--json", "--codex-home", home],
    ["usage", "--codex-home", home, "--json"],
    ["--codex-home", home, "usage", "--json"],
  ];
  const [first, ...others] = await Promise.all(orders.map((args) => aoCodex(args)));
  assert.deepEqual(others, [first, first]);
  assert.deepEqual(first.stderr, "");
});

test("sessions --json is the threads with their states", async (t) => {
  const { home, paths } = homeOf(t);
  await assertPrints(["sessions", "--codex-home", home], {
    codexHome: home,
    threads: threads(paths).map((thread) => ({ ...thread, state: "idle", blocked: null })),
  });
});

const GROUPS = {
  thread: [
    { key: ROOT, threads: 1, usage: ROOT_USAGE, isEstimate: false },
    { key: SUBAGENT, threads: 1, usage: SUBAGENT_USAGE, isEstimate: true },
  ],
  workspace: [
    { key: "/home/dev/shop", threads: 1, usage: ROOT_USAGE, isEstimate: false },
    { key: "/home/dev/docs", threads: 1, usage: SUBAGENT_USAGE, isEstimate: true },
  ],
  model: [
    { key: "gpt-5-codex", threads: 1, usage: ROOT_USAGE, isEstimate: false },
    { key: "house-model", threads: 1, usage: SUBAGENT_USAGE, isEstimate: true },
  ],
  tier: [{ key: "standard", threads: 2, usage: TOTALS, isEstimate: true }],
  day: [
    {
      key: "2026-05-20",
      threads: 2,
      usage: usage([1500, 300, 150, 40], 0.0035875),
      isEstimate: true,
    },
    { key: "2026-05-21", threads: 1, usage: SECOND_DAY, isEstimate: false },
  ],
};

for (const [by, groups] of Object.entries(GROUPS)) {
  test(`usage --by ${by} --json has the groups beside the threads`, async (t) => {
    const { home, paths } = homeOf(t);
    await assertPrints(["usage", "--by", by, "--codex-home", home], {
      schemaVersion: 1,
      codexHome: home,
      pricing: PRICING,
      threads: threads(paths),
      groups,
      totals: TOTALS,
      skipped: [],
    });
  });
}

test("usage --until counts what was billed by then", async (t) => {
  const { home } = homeOf(t);
  const args = ["usage", "--json", "--until", "2026-05-20", "--codex-home", home];
  const {
    threads: [first, second],
    totals,
  } = JSON.parse((await aoCodex(args)).stdout);
  assert.deepEqual(
    [first.usage, second.usage, totals.estimatedCostUsd],
    [FIRST_DAY, SUBAGENT_USAGE, 0.0035875],
  );
});

for (const command of ["sessions", "usage"]) {
  test(`${command} --workspace takes that workspace only`, async (t) => {
    const { home } = homeOf(t);
    const args = [command, "--json", "--workspace", "/home/dev/docs", "--codex-home", home];
    const document = JSON.parse((await aoCodex(args)).stdout);
    assert.deepEqual(
      document.threads.map(({ threadId }) => threadId),
      [SUBAGENT],
    );
  });
}

const AGES_MS = { recent: 1_000, older: 10 * 60_000, old: 3 * 60 * 60_000 };
const STATES = [
  [null, "recent", "active"],
  [null, "older", "active"],
  [null, "old", "exited"],
  ["task_complete", "recent", "ready"],
  ["task_complete", "older", "idle"],
  ["turn_aborted", "recent", "ready"],
  ["turn_aborted", "old", "idle"],
];

for (const [end, age, state] of STATES) {
  test(`a thread whose last turn ended with ${end}, last written ${age}, is ${state}`, async (t) => {
    const at = new Date(Date.now() - AGES_MS[age]).toISOString();
    const { home } = codexHome(t, [rollout({ id: ROOT, cwd: "/home/dev/shop", at, end })]);
    const { stdout } = await aoCodex(["sessions", "--json", "--codex-home", home]);
    assert.deepEqual(
      JSON.parse(stdout).threads.map((thread) => thread.state),
      [state],
    );
  });
}
