/** Every function on a home as Codex leaves it: whole answers. */
import assert from "node:assert/strict";
import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import * as native from "../../index.js";
import { head, NOTHING, PRICING, thread, usage } from "../support/expected.mjs";
import {
  activePath,
  archivedPath,
  codexHome,
  rollout,
  temporaryFolder,
  writeFile,
} from "../support/home.mjs";
import {
  AT,
  event,
  lines,
  message,
  record,
  sessionMeta,
  taskComplete,
  taskStarted,
  threadId,
  tokenCount,
  turnContext,
} from "../support/records.mjs";

const [ROOT, REVIEW, FORK, OLD] = [1, 2, 3, 4].map(threadId);
const LATER = "2026-05-21T09:30:00.250Z";

const ROOT_USAGE = usage([3000, 1200, 400, 40], 0.0064);
const REVIEW_USAGE = usage([500, 100, 50, 0], 0.0015625);
const OLD_USAGE = usage([200, 0, 20, 10]);

/** A root that ran in two workspaces, its review on a model without a price, a fork, and an archived thread. */
function home(t) {
  const folder = temporaryFolder(t);
  const paths = {
    old: writeFile(
      folder,
      archivedPath(OLD),
      rollout({
        id: OLD,
        cwd: "/home/dev/docs",
        at: AT,
        responses: [{ usage: [200, 0, 20, 10] }],
      }).text,
      "2026-05-20T08:00:01.000Z",
    ),
    root: writeFile(
      folder,
      activePath(ROOT),
      lines(
        sessionMeta(ROOT),
        taskStarted(),
        turnContext(),
        tokenCount([1000, 200, 100, 40]),
        taskComplete(),
        taskStarted("turn-2", LATER),
        turnContext({ turn_id: "turn-2", cwd: "/home/dev/docs", at: LATER }),
        tokenCount([3000, 1200, 400, 40], [2000, 1000, 300, 0], LATER),
      ),
      LATER,
    ),
    review: writeFile(
      folder,
      activePath(REVIEW),
      lines(
        sessionMeta(REVIEW, {
          source: { subagent: "review" },
          thread_source: "subagent",
          parent_thread_id: ROOT,
        }),
        taskStarted(),
        turnContext({ model: "house-model" }),
        tokenCount([500, 100, 50, 0]),
        taskComplete(),
      ),
      "2026-05-22T00:00:00.000Z",
    ),
    fork: writeFile(
      folder,
      activePath(FORK),
      lines(sessionMeta(FORK, { forked_from_id: ROOT })),
      "2026-05-20T08:00:02.000Z",
    ),
  };
  return { folder, paths };
}

const ROOT_THREAD = (path) =>
  thread(ROOT, path, ROOT_USAGE, {
    updatedAtMs: Date.parse(LATER),
    lastRecordAtMs: Date.parse(LATER),
    turn: "running",
    turnId: "turn-2",
  });
const REVIEW_THREAD = (path) =>
  thread(REVIEW, path, REVIEW_USAGE, {
    kind: "subagent",
    parentThreadId: ROOT,
    updatedAtMs: Date.parse("2026-05-22T00:00:00.000Z"),
    model: "house-model",
    models: { "house-model": REVIEW_USAGE },
  });
const FORK_THREAD = (path) =>
  thread(FORK, path, NOTHING, {
    kind: "fork",
    parentThreadId: ROOT,
    updatedAtMs: Date.parse("2026-05-20T08:00:02.000Z"),
    model: null,
    turn: "none",
    turnId: null,
  });
const OLD_THREAD = (path) =>
  thread(OLD, path, OLD_USAGE, {
    archived: true,
    workspacePath: "/home/dev/docs",
    updatedAtMs: Date.parse("2026-05-20T08:00:01.000Z"),
    turnId: `${OLD.slice(0, -1)}f`,
  });

/** The same thread before its records were read. */
const headOf = (whole) =>
  Object.fromEntries(Object.keys(head("", import.meta.filename)).map((key) => [key, whole[key]]));

test("listThreads lists every thread by its head, newest first", async (t) => {
  const { folder, paths } = home(t);
  assert.deepEqual(await native.listThreads({ codexHome: folder }), {
    codexHome: folder,
    threads: [
      headOf(REVIEW_THREAD(paths.review)),
      headOf(ROOT_THREAD(paths.root)),
      headOf(FORK_THREAD(paths.fork)),
      headOf(OLD_THREAD(paths.old)),
    ],
    skipped: [],
  });
});

test("listThreads of a workspace lists the threads that began there", async (t) => {
  const { folder, paths } = home(t);
  const { threads } = await native.listThreads({
    codexHome: folder,
    workspacePath: "/home/dev/docs/",
  });
  assert.deepEqual(threads, [headOf(OLD_THREAD(paths.old))]);
});

test("findRollout finds the newest root or fork in use that began in the workspace, never a subagent", async (t) => {
  const { folder, paths } = home(t);
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, headOf(ROOT_THREAD(paths.root)));
});

test("findRollout knows no archived thread", async (t) => {
  const { folder } = home(t);
  assert.equal(await native.findRollout("/home/dev/docs", { codexHome: folder }), null);
});

test("findRollout takes a fork that was written last", async (t) => {
  const { folder, paths } = home(t);
  const written = "2026-06-01T00:00:00.000Z";
  writeFile(
    folder,
    relative(folder, paths.fork),
    lines(sessionMeta(FORK, { forked_from_id: ROOT })),
    written,
  );
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, {
    ...headOf(FORK_THREAD(paths.fork)),
    updatedAtMs: Date.parse(written),
  });
});

const SPELLINGS = {
  "as it is": (folder) => join(folder, "shop"),
  "with a slash at its end": (folder) => `${folder}/shop/`,
  "with dots": (folder) => `${folder}/./shop/.`,
  "through its parent": (folder) => `${folder}/other/../shop`,
  "through a link": (folder) => join(folder, "link"),
  "through a link to its parent": (folder) => join(folder, "parent", "shop"),
  "relative to the process": (folder) => relative(process.cwd(), join(folder, "shop")),
};

for (const [how, spelled] of Object.entries(SPELLINGS)) {
  for (const [written, began] of Object.entries({ target: "shop", link: "link" })) {
    test(`a workspace spelled ${how} is the one of a rollout that has its ${written}`, async (t) => {
      const folder = temporaryFolder(t);
      mkdirSync(join(folder, "shop"));
      mkdirSync(join(folder, "other"));
      symlinkSync(join(folder, "shop"), join(folder, "link"));
      symlinkSync(folder, join(folder, "parent"));
      const cwd = join(folder, began);
      const { home: codex } = codexHome(t, [rollout({ id: ROOT, cwd, at: AT })]);
      const found = await native.findRollout(spelled(folder), { codexHome: codex });
      assert.equal(found?.threadId, ROOT);
      assert.equal(await native.findRollout(join(folder, "other"), { codexHome: codex }), null);
    });
  }
}

test("a workspace with a space and letters of other alphabets is found", async (t) => {
  const cwd = "/home/dev/größe 価格 🛒/a";
  const { home: codex } = codexHome(t, [rollout({ id: ROOT, cwd, at: AT })]);
  const found = await native.findRollout(cwd, { codexHome: codex });
  assert.deepEqual([found.threadId, found.workspacePath], [ROOT, cwd]);
});

test("readSessionMeta says what the first record says", async (t) => {
  const { paths } = home(t);
  assert.deepEqual(await native.readSessionMeta(paths.review), {
    id: REVIEW,
    cwd: "/home/dev/shop",
    timestamp: AT,
    cliVersion: "0.132.0",
    originator: "codex_exec",
    source: null,
    threadSource: "subagent",
    forkedFromId: null,
    parentThreadId: ROOT,
  });
  assert.deepEqual(await native.readSessionMeta(paths.fork), {
    id: FORK,
    cwd: "/home/dev/shop",
    timestamp: AT,
    cliVersion: "0.132.0",
    originator: "codex_exec",
    source: "exec",
    threadSource: null,
    forkedFromId: ROOT,
    parentThreadId: ROOT,
  });
});

test("readSessionMeta of a first line of 22 KB reads what stands before the instructions", async (t) => {
  const folder = temporaryFolder(t);
  const text = lines(
    sessionMeta(ROOT, { base_instructions: { text: "You are. ".repeat(2_500) }, git: { a: 1 } }),
  );
  const meta = await native.readSessionMeta(writeFile(folder, activePath(ROOT), text));
  assert.deepEqual([meta.id, meta.cwd], [ROOT, "/home/dev/shop"]);
});

test("readSessionMeta of another first record is null", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), lines(message("hello")));
  assert.equal(await native.readSessionMeta(path), null);
});

test("readLastRecords reads the last records, oldest first, with the place and the text of each", async (t) => {
  const folder = temporaryFolder(t);
  const records = [sessionMeta(ROOT), message("Grüße 🛒"), tokenCount([10, 0, 5, 0])];
  const path = writeFile(folder, activePath(ROOT), lines(...records));
  const offsets = records.map((_, at) => Buffer.byteLength(lines(...records.slice(0, at))));
  const expected = [
    { type: "session_meta", payloadType: null },
    { type: "response_item", payloadType: "message" },
    { type: "event_msg", payloadType: "token_count" },
  ].map((kinds, at) => ({
    offset: offsets[at],
    timestampMs: Date.parse(AT),
    ...kinds,
    json: records[at],
  }));
  assert.deepEqual(await native.readLastRecords(path, 10), expected);
  assert.deepEqual(await native.readLastRecords(path, 2), expected.slice(1));
  assert.deepEqual(await native.readLastRecords(path, 0), []);
});

test("a record may lack its time and its kinds", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), '{"ordinal":4}\n');
  assert.deepEqual(await native.readLastRecords(path, 1), [
    { offset: 0, timestampMs: null, type: null, payloadType: null, json: '{"ordinal":4}' },
  ]);
});

const ENDS = {
  "none when there was no turn": [[], { turn: "none", turnId: null, model: null }],
  "running while it has not ended": [
    [taskStarted(), turnContext(), message("…")],
    { turn: "running", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "finished when the model was done": [
    [taskStarted(), turnContext(), taskComplete()],
    { turn: "finished", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "aborted when the user stopped it": [
    [taskStarted(), turnContext(), event({ type: "turn_aborted", turn_id: "turn-1" })],
    { turn: "aborted", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "failed when an error ended it": [
    [taskStarted(), turnContext(), event({ type: "error", message: "no" }), taskComplete()],
    { turn: "failed", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "failed when a person's prompt was answered without a word": [
    [
      taskStarted(),
      event({ type: "user_message", message: "Do it." }),
      turnContext(),
      event({ type: "task_complete", turn_id: "turn-1", last_agent_message: null }),
    ],
    { turn: "failed", turnId: "turn-1", model: "gpt-5-codex" },
  ],
  "that of the last turn": [
    [taskStarted(), turnContext(), taskComplete(), taskStarted("turn-2")],
    { turn: "running", turnId: "turn-2", model: "gpt-5-codex" },
  ],
};

for (const [what, [records, expected]] of Object.entries(ENDS)) {
  test(`readActivity: the state is ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT), ...records), LATER);
    assert.deepEqual(await native.readActivity(path), {
      ...expected,
      openCalls: 0,
      lastAnswerAtMs: null,
      lastRecordAtMs: Date.parse(AT),
      updatedAtMs: Date.parse(LATER),
      sizeBytes: statSync(path).size,
    });
  });
}

test("readActivity counts the calls that no tool has answered, and tells when one did", async (t) => {
  const item = (type, call_id, at = AT) => record(at, "response_item", { type, call_id });
  const call = (id) => item("function_call", id);
  const answer = item("function_call_output", "a", LATER);
  const custom = item("custom_tool_call", "c");
  const records = [taskStarted(), call("a"), call("b"), custom, answer];
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT), ...records));
  const { openCalls, lastAnswerAtMs } = await native.readActivity(path);
  assert.deepEqual(
    { openCalls, lastAnswerAtMs },
    { openCalls: 2, lastAnswerAtMs: Date.parse(LATER) },
  );
  const next = lines(sessionMeta(ROOT), ...records, taskStarted("turn-2"));
  const fresh = await native.readActivity(writeFile(folder, activePath(ROOT), next));
  assert.deepEqual([fresh.openCalls, fresh.lastAnswerAtMs], [0, null]);
});

test("readActivity looks back to the beginning of a turn of 3 MB", async (t) => {
  const folder = temporaryFolder(t);
  const long = Array.from({ length: 300 }, () => message("x".repeat(10_000)));
  const text = lines(sessionMeta(ROOT), taskStarted(), turnContext(), ...long);
  const { turn, turnId } = await native.readActivity(writeFile(folder, activePath(ROOT), text));
  assert.deepEqual({ turn, turnId }, { turn: "running", turnId: "turn-1" });
});

test("readActivity of a rollout that is not there is null", async (t) => {
  assert.equal(await native.readActivity(join(temporaryFolder(t), "rollout-a.jsonl")), null);
});

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
    isExact: true,
  });
});

test("findRollouts and threadUsages answer many with one look, each in its place", async (t) => {
  const { folder, paths } = home(t);
  const options = { codexHome: folder };
  const nowhere = "/home/dev/nowhere";
  const asked = ["/home/dev/shop", nowhere, "/home/dev/docs", "/home/dev/shop/"];
  const found = headOf(ROOT_THREAD(paths.root));
  assert.deepEqual(await native.findRollouts(asked, options), [found, null, null, found]);
  assert.deepEqual(
    await native.threadUsages([OLD, threadId(99), ROOT], options),
    await Promise.all([OLD, threadId(99), ROOT].map((id) => native.threadUsage(id, options))),
  );
});

test("threadUsage of a thread that the home does not have is null", async (t) => {
  const { folder } = home(t);
  assert.equal(await native.threadUsage(threadId(99), { codexHome: folder }), null);
});

const ALL = (paths) => [
  REVIEW_THREAD(paths.review),
  ROOT_THREAD(paths.root),
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
    (paths) => [REVIEW_THREAD(paths.review), billed(ROOT_THREAD(paths.root), FIRST_TURN)],
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

const group = (key, threads, amount) => ({ key, threads, usage: amount });

const GROUPS = {
  thread: [group(ROOT, 1, ROOT_USAGE), group(REVIEW, 1, REVIEW_USAGE), group(OLD, 1, OLD_USAGE)],
  workspace: [
    group("/home/dev/docs", 2, usage([2200, 1000, 320, 10], 0.004825)),
    group("/home/dev/shop", 2, usage([1500, 300, 150, 40], 0.0035875)),
  ],
  model: [
    group("gpt-5-codex", 2, usage([3200, 1200, 420, 50], 0.00685)),
    group("house-model", 1, REVIEW_USAGE),
  ],
};

for (const [by, groups] of Object.entries(GROUPS)) {
  test(`homeUsage by ${by} adds up the dearest first, beside the threads`, async (t) => {
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

test("a head alone is the answer for a thread that has only begun", async (t) => {
  const folder = temporaryFolder(t);
  const path = writeFile(folder, activePath(ROOT), lines(sessionMeta(ROOT)));
  const found = await native.findRollout("/home/dev/shop", { codexHome: folder });
  assert.deepEqual(found, head(ROOT, path));
});

/** Sums of dollars to a millionth of a cent: the order of an addition shows in their last digit. */
function rounded(groups) {
  return groups.map((one) => ({
    ...one,
    usage: { ...one.usage, estimatedCostUsd: one.usage.estimatedCostUsd.toFixed(12) },
  }));
}

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
