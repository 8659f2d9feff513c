/** The questions that people ask `ao-codex usage`, of a year whose generator knows every answer. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import stringWidth from "string-width";
import { DAY_MS, HOUR_MS, iso } from "../support/clock.mjs";
import { ask } from "./support/ask.mjs";
import { billOf, GROUPINGS, PERIODS, rounded, TODAY, writeYear, YEAR } from "./support/year.mjs";

const world = { after };
const { home, env } = writeYear(world);

const day = (ms) => iso(ms).slice(0, 10);
const month = (ms) => iso(ms).slice(0, 7);
const since = (ms) => (response) => response.at >= ms;
const until = (ms) => (response) => response.at < ms;
const within = (start, end) => (response) => response.at >= start && response.at < end;

/** The same day of an earlier month, or its last one. */
function monthsAgo(months) {
  const now = new Date(TODAY);
  const [year, at] = [now.getUTCFullYear(), now.getUTCMonth() - months];
  const last = new Date(Date.UTC(year, at + 1, 0)).getUTCDate();
  return Date.UTC(year, at, Math.min(now.getUTCDate(), last));
}

const JUNE = Date.UTC(new Date(TODAY).getUTCFullYear(), new Date(TODAY).getUTCMonth() - 5, 1);
const AFTER_JUNE = Date.UTC(new Date(JUNE).getUTCFullYear(), new Date(JUNE).getUTCMonth() + 1, 1);
const SOME_DAY = TODAY - 100 * DAY_MS;

/** `[sentence, arguments, by, what is meant]` */
const QUESTIONS = [
  ...GROUPINGS.map((by) => [`What did each ${by} cost?`, [], by]),
  ["What did each model cost in each month?", [], "month,model"],
  ["What did each repository cost in each week?", [], "repo,week"],
  ["What did each branch cost with each model?", [], "branch,model"],
  ["What did each pull request cost at each tier?", [], "pr,tier"],
  ["What did each session cost on each day?", [], "session,day"],
  ["What does today cost?", ["--since", "today"], "repo", { isMeant: since(TODAY) }],
  [
    "What did yesterday cost?",
    ["--since", "yesterday", "--until", "yesterday"],
    "repo",
    { isMeant: within(TODAY - DAY_MS, TODAY) },
  ],
  [
    "What did the last 7 days cost?",
    ["--last", "7d"],
    "day",
    { isMeant: since(TODAY - 6 * DAY_MS) },
  ],
  [
    "What did the last 2 weeks cost?",
    ["--last", "2w"],
    "day",
    { isMeant: since(TODAY - 13 * DAY_MS) },
  ],
  [
    "What did the last 3 months cost?",
    ["--last", "3m"],
    "month",
    { isMeant: since(monthsAgo(3) + DAY_MS) },
  ],
  [
    "What did I spend from 7 days ago on?",
    ["--since", "7d"],
    "day",
    { isMeant: since(TODAY - 7 * DAY_MS) },
  ],
  ["And up to 2 weeks ago?", ["--until", "2w"], "week", { isMeant: until(TODAY - 13 * DAY_MS) }],
  ["And from 3 months ago on?", ["--since", "3m"], "month", { isMeant: since(monthsAgo(3)) }],
  [
    "What did one month cost?",
    ["--since", month(JUNE), "--until", month(JUNE)],
    "day",
    { isMeant: within(JUNE, AFTER_JUNE) },
  ],
  [
    "What did the days from one to another cost, written with dashes and without?",
    ["--since", day(SOME_DAY), `--until=${day(SOME_DAY + 9 * DAY_MS).replaceAll("-", "")}`],
    "day",
    { isMeant: within(SOME_DAY, SOME_DAY + 10 * DAY_MS) },
  ],
  [
    "What did a folder and all below it cost?",
    ["--workspace", "/work-trees/shop"],
    "model",
    { isMeant: (_, { cwd }) => cwd.startsWith("/work-trees/shop/") },
  ],
  [
    "What did one work tree cost?",
    ["--workspace", "/work-trees/shop/task-5"],
    "model",
    { isMeant: (_, { cwd }) => cwd === "/work-trees/shop/task-5" },
  ],
  ...["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"].flatMap((zone) =>
    PERIODS.map((by) => [
      `What did each ${by} cost in ${zone}?`,
      ["--timezone", zone],
      by,
      { zone },
    ]),
  ),
];

const usage = (...args) => ({ args: ["usage", "--codex-home", home, ...args] });
const answers = await ask(
  world,
  QUESTIONS.map(([, args, by]) => usage("--json", "--by", by, ...args)),
  env,
);

/** A bill as it was printed, in the form of the generator's. */
function told({ code, stderr, stdout }) {
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const { groups, threads, totals } = JSON.parse(stdout);
  const money = (sum) => ({ ...sum, estimatedCostUsd: rounded(sum.estimatedCostUsd) });
  return {
    threads: threads.length,
    usage: money(totals),
    isEstimate: threads.some(({ isEstimate }) => isEstimate),
    groups: groups.map((group) => ({ ...group, usage: money(group.usage) })),
  };
}

const inOrder = ({ groups, ...bill }) => ({
  ...bill,
  groups: groups.toSorted((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
});

for (const [at, [sentence, args, by, meant]] of QUESTIONS.entries())
  test(`${sentence} (--by ${by}${args.map((arg) => ` ${arg}`).join("")})`, () => {
    assert.deepEqual(inOrder(told(answers[at])), inOrder(billOf(by, meant)));
  });

/** Whether groups stand as they should by the name at this place: periods in their order, else by what they cost. */
function isOrdered(groups, names, at = 0) {
  if (at === names.length) return true;
  const parts = new Map(groups.map(({ key }) => [[key].flat()[at], []]));
  for (const group of groups) parts.get([group.key].flat()[at]).push(group);
  const sums = [...parts].map(([name, some]) => ({
    name,
    some,
    cost: some.reduce((sum, one) => sum + one.usage.estimatedCostUsd, 0),
  }));
  const isBefore = (a, b) =>
    PERIODS.includes(names[at]) ? a.name < b.name || hasTwo(a.name) : a.cost >= b.cost - 1e-7;
  return (
    // What has a name in common stands together.
    [...parts.values()].flat().every((group, place) => group === groups[place]) &&
    sums.slice(1).every((sum, place) => isBefore(sums[place], sum)) &&
    sums.every(({ some }) => isOrdered(some, names, at + 1))
  );
}

/** An hour that a clock has twice is first that of the summer. */
const hasTwo = (name) => /T\d\d:00/.test(name);

test("times stand in their order, everything else by what it cost, and of two the first decides", () => {
  const wrong = QUESTIONS.filter(
    ([, , by], at) => !isOrdered(told(answers[at]).groups, by.split(",")),
  );
  assert.deepEqual(
    wrong.map(([sentence]) => sentence),
    [],
  );
});

const count = (value) => value.toLocaleString("en-US");
const dollars = (sum) => `$${sum.estimatedCostUsd.toFixed(2)}`;
const cells = ({ threads, usage: sum }) => [
  count(threads),
  count(sum.inputTokens),
  count(sum.cachedInputTokens),
  count(sum.outputTokens),
];

test("a table, CSV and Markdown say the same as JSON does", async (t) => {
  const [json, table, csv, markdown] = (
    await ask(
      t,
      ["json", "table", "csv", "markdown"].map((format) => ({
        ...usage("--by", "repo", "--format", format),
        env: { COLUMNS: "200" },
      })),
      env,
    )
  ).map((answer) => (assert.equal(answer.code, 0, answer.stderr), answer.stdout));
  const bill = billOf("repo");
  const { groups } = told({ code: 0, stderr: "", stdout: json });
  const known = groups.map(({ key }) => bill.groups.find((group) => group.key === key));
  const lines = table.split("\n");
  assert.deepEqual(
    lines.slice(0, known.length + 3).map((line) => line.split(/ {2,}/)),
    [
      ["REPO", "THREADS", "INPUT", "CACHED", "OUTPUT", "REASONING", "TOTAL", "COST"],
      ...known.map((group) => [group.key, ...cells(group), ...tableEnd(group)]),
      ["─".repeat(stringWidth(lines[known.length + 1]))],
      ["total", ...cells(bill), ...tableEnd(bill)],
    ],
  );
  assert.deepEqual(
    csv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map((cell, at) => (at === 8 ? rounded(Number(cell)) : cell))),
    known.map(({ key, threads, usage: sum }) => [
      ...[key, threads, ...Object.values(sum).slice(0, -1)].map(String),
      sum.estimatedCostUsd,
      "false",
    ]),
  );
  const row = (name, group) =>
    `| ${[name, ...cells(group), count(group.usage.totalTokens), dollars(group.usage)].join(" | ")} |`;
  assert.deepEqual(markdown.trimEnd().split("\n"), [
    "| repo | threads | input | cached | output | total | cost |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...known.map((group) => row(group.key, group)),
    row("**total**", bill),
  ]);
});

const tableEnd = ({ usage: sum }) => [
  count(sum.reasoningOutputTokens),
  count(sum.totalTokens),
  dollars(sum),
];

test("somebody who asks for nothing sees the last 14 days", async (t) => {
  const [{ stdout }] = await ask(t, [{ ...usage(), env: { COLUMNS: "200" } }], env);
  const { groups } = billOf("day", { isMeant: since(TODAY - 13 * DAY_MS) });
  const shown = stdout.split("\n").slice(1, groups.length + 1);
  assert.deepEqual(
    shown.map((line) => line.split(/ {2,}/)),
    groups.map((group) => [group.key, ...cells(group), ...tableEnd(group)]),
  );
  assert.match(stdout, /^The last 14 days\. For all: ao-codex usage --by month$/m);
});

test("--limit shows the most expensive, and the totals stay", async (t) => {
  const limited = usage("--json", "--by", "branch", "--limit", "3");
  const [answer] = await ask(t, [limited], env);
  const bill = billOf("branch");
  const dearest = bill.groups.toSorted(
    (a, b) => b.usage.estimatedCostUsd - a.usage.estimatedCostUsd,
  );
  assert.deepEqual(told(answer), { ...bill, groups: dearest.slice(0, 3) });
});

test("--fail-over exits with 3 when more was spent, in every format", async (t) => {
  const { usage: total } = billOf("kind");
  const [spent, less, more] = [0, -0.01, 0.01].map((by) =>
    (total.estimatedCostUsd + by).toFixed(2),
  );
  const asked = ["table", "json", "csv", "markdown"].flatMap((format) =>
    [less, more].map((limit) => usage("--by", "model", "--format", format, "--fail-over", limit)),
  );
  const given = await ask(t, asked, env);
  for (const [at, { args }] of asked.entries()) {
    const isOver = args.at(-1) === less;
    const message = isOver ? `ao-codex: $${spent} was spent, more than $${less}\n` : "";
    assert.deepEqual([given[at].code, given[at].stderr], [isOver ? 3 : 0, message], args.join(" "));
    assert.equal(given[at].stdout, given[at - (at % 2)].stdout);
  }
});

test("several homes are one bill, and a thread that is in both counts once", async (t) => {
  const parts = [YEAR.slice(0, 150), YEAR.slice(100, 250)].map((some) => writeYear(t, some));
  const homes = parts.flatMap((part) => ["--codex-home", part.home]);
  const asked = ["thread", "branch,month"];
  const given = await ask(
    t,
    asked.map((by) => ({ args: ["usage", "--json", "--by", by, ...homes] })),
    parts[0].env,
  );
  for (const [at, by] of asked.entries())
    assert.deepEqual(
      inOrder(told(given[at])),
      inOrder(billOf(by, { threads: YEAR.slice(0, 250) })),
    );
});

/** Days on which the clock is changed, at two, at one and at midnight. */
const CHANGES = [
  ["Europe/Berlin", "2026-03-29"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-03-08"],
  ["America/New_York", "2026-11-01"],
  ["America/Santiago", "2026-04-05"],
  ["America/Santiago", "2026-09-06"],
];

for (const [zone, changed] of CHANGES)
  test(`hours and days of ${zone} are whole when its clock is changed on ${changed}`, async (t) => {
    const start = Date.parse(changed) - DAY_MS;
    const responses = Array.from({ length: 72 }, (_, n) => ({
      at: start + n * HOUR_MS,
      usage: [1000 + n, 0, 0, 0],
    }));
    const threads = [{ ...YEAR[0], at: start, responses }];
    const written = writeYear(t, threads);
    const args = ["usage", "--json", "--codex-home", written.home, "--timezone", zone];
    const [hours, days, one] = await ask(
      t,
      [
        ["--by", "hour"],
        ["--by", "day"],
        ["--by", "day", "--since", changed, "--until", changed],
      ].map((more) => ({ args: [...args, ...more] })),
      written.env,
    );
    assert.deepEqual(inOrder(told(hours)), inOrder(billOf("hour", { threads, zone })));
    const byDay = billOf("day", { threads, zone });
    assert.deepEqual(told(days), byDay);
    assert.deepEqual(
      told(one).groups,
      byDay.groups.filter(({ key }) => key === changed),
    );
  });

test("every table fits a terminal of 30 to 200 columns", async (t) => {
  const { home: small, env: user } = writeYear(t, YEAR.slice(-8));
  // Each where columns are given up, and some of those beyond.
  const widths = Array.from({ length: 171 }, (_, n) => 30 + n).filter(
    (width) => width <= 80 || width % 10 === 0,
  );
  const commands = [
    ["usage", "--by", "repo,model"],
    ["usage", "--by", "thread"],
    ["usage", "--by", "hour", "--last", "2w"],
    ["sessions", "--explain"],
    ["limits"],
    ["prices"],
  ];
  const runs = widths.flatMap((width) =>
    commands.map((args) => ({
      args: [...args, "--codex-home", small],
      env: { COLUMNS: String(width) },
    })),
  );
  const given = await ask(t, runs, user);
  const tooWide = runs.flatMap(({ args, env: { COLUMNS } }, at) => {
    assert.equal(given[at].code, 0, given[at].stderr);
    const widest = Math.max(...given[at].stdout.split("\n").map((line) => stringWidth(line)));
    return widest > Number(COLUMNS) ? [`${args.join(" ")}: ${widest} on ${COLUMNS}`] : [];
  });
  assert.deepEqual(tooWide, []);
});
