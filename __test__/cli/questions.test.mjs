/** The questions that people ask `ao-codex usage`, on a home whose generator knows every answer. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DAY_MS } from "../support/clock.mjs";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";

const REPOSITORIES = ["shop", "site", "docs", "api", "tools"];
/** Of one repository, one after the other. */
const SPELLINGS = [
  (name) => `https://github.com/acme/${name}.git`,
  (name) => `git@github.com:acme/${name}.git`,
  (name) => `ssh://git@github.com:22/acme/${name}`,
  (name) => `https://x-token:secret@GitHub.com/acme/${name}/`,
];
const MODELS = ["gpt-5-codex", "gpt-5.4"];
const WORK_TREES = 32;
const THREADS = 200;
const FIRST = Date.parse("2026-01-01T09:00:00Z");

/** A year of threads: each a response on another day, in a work tree of one of the repositories. */
const THREADS_OF_A_YEAR = Array.from({ length: THREADS }, (_, n) => {
  const at = new Date(FIRST + Math.floor((n * 364) / THREADS) * DAY_MS);
  const repo = REPOSITORIES[n % REPOSITORIES.length];
  return {
    id: `019e4464-e720-70ca-80b3-${String(n).padStart(12, "0")}`,
    at,
    repo,
    branch: `task-${n % WORK_TREES}`,
    cwd: `/work-trees/${repo}/task-${n % WORK_TREES}`,
    model: MODELS[n % MODELS.length],
    tokens: 1000 + n,
    remote: SPELLINGS[n % SPELLINGS.length](repo),
  };
});

function homeOf(t, threads = THREADS_OF_A_YEAR) {
  const rollouts = threads.map(({ at, branch, cwd, id, model, remote, tokens }) =>
    rollout({
      id,
      cwd,
      model,
      at: at.toISOString(),
      responses: [{ time: at.toISOString(), usage: [tokens, 0, 0, 0] }],
      meta: { git: { commit_hash: "0a1b", branch, repository_url: remote } },
    }),
  );
  return codexHome(t, rollouts).home;
}

function sums(keyOf, threads = THREADS_OF_A_YEAR) {
  const groups = {};
  for (const thread of threads) {
    const key = String(keyOf(thread));
    groups[key] = (groups[key] ?? 0) + thread.tokens;
  }
  return groups;
}

async function groupsOf(args, env = {}) {
  const { code, stdout, stderr } = await aoCodex(["usage", "--json", ...args], { env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const { groups } = JSON.parse(stdout);
  return Object.fromEntries(groups.map(({ key, usage }) => [String(key), usage.inputTokens]));
}

const isoDay = ({ at }) => at.toISOString().slice(0, 10);
const isoMonth = ({ at }) => at.toISOString().slice(0, 7);

/** As ISO 8601 has it: the week of a Thursday is the one of its year. */
function isoWeek({ at }) {
  const day = (at.getUTCDay() + 6) % 7;
  const thursday = new Date(at.getTime() + (3 - day) * DAY_MS);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

const QUESTIONS = {
  thread: ({ id }) => id,
  workspace: ({ cwd }) => cwd,
  repo: ({ repo }) => `github.com/acme/${repo}`,
  branch: ({ branch }) => branch,
  model: ({ model }) => model,
  tier: () => "standard",
  kind: () => "root",
  day: isoDay,
  week: isoWeek,
  month: isoMonth,
  hour: (thread) => `${isoDay(thread)}T09:00+00:00`,
  "month,model": (thread) => [isoMonth(thread), thread.model],
  "repo,week": (thread) => [`github.com/acme/${thread.repo}`, isoWeek(thread)],
};

test("a year of threads is added up by whatever is asked for", async (t) => {
  const home = homeOf(t);
  for (const [by, keyOf] of Object.entries(QUESTIONS))
    assert.deepEqual(await groupsOf(["--by", by, "--codex-home", home]), sums(keyOf), by);
});

test("two keys stand in a list, periods in their order", async (t) => {
  const args = ["usage", "--json", "--by", "month,model", "--codex-home", homeOf(t)];
  const { stdout } = await aoCodex(args);
  const { groups } = JSON.parse(stdout);
  assert.deepEqual(
    groups.slice(0, 2).map(({ key }) => key.length),
    [2, 2],
  );
  const months = groups.map(({ key: [month] }) => month);
  assert.deepEqual(months, months.toSorted());
});

test("hours of a clock that is set back are two", async (t) => {
  const at = (time) => ({ ...THREADS_OF_A_YEAR[0], at: new Date(time), tokens: 7 });
  const threads = [
    at("2026-10-25T00:30:00Z"),
    { ...at("2026-10-25T01:30:00Z"), id: "019e4464-e720-70ca-80b3-5afce7a15c99", tokens: 5 },
  ];
  const args = ["--by", "hour", "--timezone", "Europe/Berlin", "--codex-home", homeOf(t, threads)];
  assert.deepEqual(await groupsOf(args), {
    "2026-10-25T02:00+02:00": 7,
    "2026-10-25T02:00+01:00": 5,
  });
});

const IN_JUNE = (thread) => isoMonth(thread) === "2026-06";
const SPANS = [
  [["--since", "2026-06", "--until", "2026-06"], IN_JUNE],
  [["--since", "2026-06-01", "--until", "20260630"], IN_JUNE],
  [["--since=20261201"], (thread) => isoDay(thread) >= "2026-12-01"],
  [["--workspace", "/work-trees/shop"], ({ repo }) => repo === "shop"],
  [["--workspace", "/work-trees/shop/task-5"], ({ cwd }) => cwd === "/work-trees/shop/task-5"],
];

test("spans of time and folders with all below them are what they say", async (t) => {
  const home = homeOf(t);
  for (const [args, isMeant] of SPANS) {
    const asked = ["--by", "model", ...args, "--codex-home", home];
    const expected = sums(({ model }) => model, THREADS_OF_A_YEAR.filter(isMeant));
    assert.deepEqual(await groupsOf(asked), expected, args.join(" "));
  }
});

test("days before today are counted from today", async (t) => {
  const before = (days) => {
    const at = new Date();
    at.setUTCHours(0, 0, 0, 0);
    return {
      ...THREADS_OF_A_YEAR[0],
      at: new Date(at.getTime() - days * DAY_MS),
      tokens: 10 ** days,
      id: `019e4464-e720-70ca-80b3-00000000000${days}`,
    };
  };
  const home = homeOf(t, [0, 1, 2, 6, 7].map(before));
  const total = async (...args) =>
    Object.values(await groupsOf(["--by", "kind", ...args, "--codex-home", home]))[0];
  assert.equal(await total("--since", "today"), 1);
  assert.equal(await total("--since", "yesterday", "--until", "yesterday"), 10);
  assert.equal(await total("--last", "2d"), 11);
  assert.equal(await total("--last", "1w"), 1_000_111);
  assert.equal(await total("--since", "7d"), 11_000_111);
});

test("a session's metadata says which branch and pull request its threads are of", async (t) => {
  const user = temporaryFolder(t);
  const sessions = join(user, ".agent-orchestrator", "acme", "sessions");
  mkdirSync(sessions, { recursive: true });
  writeFileSync(
    join(sessions, "acme-1"),
    "worktree=/work-trees/shop/task-5\nbranch=feat/cart\npr=https://github.com/acme/shop/pull/7\n",
  );
  const threads = THREADS_OF_A_YEAR.filter(({ repo }) => repo === "shop");
  const home = homeOf(t, threads);
  const isOurs = ({ cwd }) => cwd === "/work-trees/shop/task-5";
  const ask = (by) => groupsOf(["--by", by, "--codex-home", home], { HOME: user, AO_HOME: user });
  const said = (value, other) => (thread) => (isOurs(thread) ? value : other(thread));
  const none = () => "unknown";
  assert.deepEqual(await ask("session"), sums(said("acme-1", none), threads));
  assert.deepEqual(
    await ask("pr"),
    sums(said("https://github.com/acme/shop/pull/7", none), threads),
  );
  assert.deepEqual(
    await ask("branch"),
    sums(
      said("feat/cart", ({ branch }) => branch),
      threads,
    ),
  );
});

test("several homes are one bill, and a thread that is in both counts once", async (t) => {
  const [one, two, both] = [
    THREADS_OF_A_YEAR.slice(0, 3),
    THREADS_OF_A_YEAR.slice(3, 5),
    THREADS_OF_A_YEAR.slice(5, 6),
  ];
  const homes = [homeOf(t, [...one, ...both]), homeOf(t, [...two, ...both])];
  const args = homes.flatMap((home) => ["--codex-home", home]);
  assert.deepEqual(
    await groupsOf(["--by", "thread", ...args]),
    sums(({ id }) => id, THREADS_OF_A_YEAR.slice(0, 6)),
  );
});

test("--fail-over exits with 3 when more was spent, in every format", async (t) => {
  const home = homeOf(t);
  for (const format of ["table", "json", "csv", "markdown"]) {
    const args = ["usage", "--by", "model", "--format", format, "--codex-home", home];
    const over = await aoCodex([...args, "--fail-over", "0.01"]);
    assert.equal(over.code, 3, format);
    assert.match(over.stderr, /^ao-codex: \$0\.\d\d was spent, more than \$0\.01\n$/);
    const within = await aoCodex([...args, "--fail-over", "1000"]);
    assert.deepEqual([within.code, within.stderr], [0, ""], format);
    assert.equal(within.stdout, over.stdout);
  }
});

test("--limit shows the most expensive, and the totals stay", async (t) => {
  const home = homeOf(t);
  const { stdout } = await aoCodex(["usage", "--by", "repo", "--limit", "2", "--codex-home", home]);
  assert.match(
    stdout,
    /^REPO .*\ngithub\.com\/acme\/\w+ .*\ngithub\.com\/acme\/\w+ .*\n─+\ntotal +200 /,
  );
  assert.match(stdout, /\n3 more rows in the total, not shown\.\n/);
});

test("csv has a line for each group, with every count", async (t) => {
  const home = homeOf(t, THREADS_OF_A_YEAR.slice(0, 1));
  const { stdout } = await aoCodex([
    "usage",
    "--by",
    "day",
    "--format",
    "csv",
    "--codex-home",
    home,
  ]);
  assert.equal(
    stdout,
    "day,threads,inputTokens,cachedInputTokens,cacheWriteInputTokens,outputTokens,reasoningOutputTokens,totalTokens,estimatedCostUsd,isEstimate\n" +
      "2026-01-01,1,1000,0,0,0,0,1000,0.00125,false\n",
  );
});
