/** `ao-codex limits`: what is left of the account's limits, on rollouts as all versions write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { DAY_MS, HOUR_MS, iso, MINUTE_MS, NOW } from "../support/clock.mjs";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rolloutName } from "../support/home.mjs";
import { counts, event, lines, sessionMeta, threadId } from "../support/records.mjs";

const limitsAt = (ms, rate_limits, usage = [100, 0, 10, 0]) =>
  event(
    {
      type: "token_count",
      info: { total_token_usage: counts(usage), last_token_usage: counts(usage) },
      rate_limits,
    },
    iso(ms),
  );

/** As 0.144 and later write a window. */
const window = (used_percent, window_minutes, resetsAtMs) => ({
  used_percent,
  window_minutes,
  resets_at: resetsAtMs / 1000,
});

const codex = (primary, secondary, more = {}) => ({
  limit_id: "codex",
  limit_name: null,
  primary,
  secondary,
  credits: { has_credits: false, unlimited: false, balance: null },
  plan_type: "plus",
  rate_limit_reached_type: null,
  ...more,
});

/** A thread whose `token_count` records have these limits at these times. */
function thread(number, readings, meta = {}) {
  const at = iso(readings[0][0] - MINUTE_MS);
  const id = threadId(number);
  const records = readings.map(([ms, limits], n) =>
    limitsAt(ms, limits, [100 * (n + 1), 0, 10, 0]),
  );
  const text = lines(sessionMeta(id, { at, ...meta }), ...records);
  return { name: rolloutName(id, at), writtenAt: iso(readings.at(-1)[0]), text };
}

async function limitsOf(home, ...more) {
  const { code, stdout, stderr } = await aoCodex([
    "limits",
    "--json",
    "--codex-home",
    home,
    ...more,
  ]);
  return { code, stderr, document: JSON.parse(stdout) };
}

test("limits --json has the windows of the newest reading, whose plan, credits, age and thread it names", async (t) => {
  const [resets, resetsWeek] = [NOW + 2 * HOUR_MS, NOW + 3 * DAY_MS];
  const reading = (used, week) =>
    codex(window(used, 300, resets), window(week, 10_080, resetsWeek));
  const { home } = codexHome(t, [
    thread(1, [
      [NOW - 90 * MINUTE_MS, reading(20, 3)],
      [NOW - 70 * MINUTE_MS, reading(31, 4)],
    ]),
    thread(2, [[NOW - 10 * MINUTE_MS, reading(61, 6)]]),
  ]);
  assert.deepEqual(await limitsOf(home), {
    code: 0,
    stderr: "",
    document: {
      schemaVersion: 1,
      codexHome: home,
      limits: [
        {
          limitId: "codex",
          planType: "plus",
          primary: {
            usedPercent: 61,
            windowMinutes: 300,
            resetsAt: iso(resets),
            lastHourPercent: 30,
            // 39 % are left, at 30 % an hour.
            fullAt: iso(NOW - 10 * MINUTE_MS + 78 * MINUTE_MS),
          },
          secondary: {
            usedPercent: 6,
            windowMinutes: 10_080,
            resetsAt: iso(resetsWeek),
            lastHourPercent: 2,
            fullAt: iso(NOW - 10 * MINUTE_MS + 47 * HOUR_MS),
          },
          credits: { hasCredits: false, unlimited: false, balance: null },
          readAt: iso(NOW - 10 * MINUTE_MS),
          threadId: threadId(2),
          passed: [],
        },
      ],
    },
  });
  const { limits } = await native.rateLimits({ codexHome: home });
  assert.deepEqual(
    limits.map(({ limitId, planType, primary, readAtMs }) => [
      limitId,
      planType,
      primary,
      readAtMs,
    ]),
    [
      [
        "codex",
        "plus",
        {
          usedPercent: 61,
          windowMinutes: 300,
          resetsAtMs: resets,
          lastHourPercent: 30,
          fullAtMs: NOW + 68 * MINUTE_MS,
        },
        NOW - 10 * MINUTE_MS,
      ],
    ],
  );
});

test("a person reads each window with its use, its reset and when it is full at the pace of the last hour", async (t) => {
  // Ten seconds more, so that a slow test sees the minutes that it expects.
  const resets = NOW + 92 * MINUTE_MS + 10_000;
  const reading = (used) =>
    codex(window(used, 300, resets), window(24, 10_080, NOW + 3 * DAY_MS + 4 * HOUR_MS + 10_000), {
      credits: { has_credits: true, unlimited: false, balance: "5.39" },
    });
  const { home } = codexHome(t, [
    thread(1, [
      [NOW - 3 * HOUR_MS, reading(10)],
      [NOW - 61 * MINUTE_MS, reading(41)],
      [NOW - MINUTE_MS, reading(81)],
    ]),
  ]);
  const { code, stdout, stderr } = await aoCodex(["limits", "--codex-home", home], {
    env: { COLUMNS: "120" },
  });
  assert.deepEqual([code, stderr], [0, ""]);
  const [header, five, week, note] = stdout.split("\n");
  assert.match(header, /^WINDOW\s+USED\s+RESETS\s+LAST HOUR\s+AT THAT PACE$/);
  assert.match(
    five,
    /^5 h\s+81 %\s+(\w{3} )?\d\d:\d\d \(in 1 h 32 min\)\s+\+40 %\s+full (\w{3} )?\d\d:\d\d$/,
  );
  assert.match(
    week,
    /^week\s+24 %\s+\w{3} \d\d:\d\d \(in 3 days 4 h\)\s+\+0 %\s+lasts until the reset$/,
  );
  assert.equal(note, `codex, plan plus, credits 5.39: read 1 min ago, in thread ${threadId(1)}.`);
});

test("old versions say how far away the reset is, and name neither a limit nor a plan", async (t) => {
  const old = {
    primary: { used_percent: 12.5, window_minutes: 299, resets_in_seconds: 5400 },
    secondary: { used_percent: 4, window_minutes: 10_079, resets_in_seconds: 300_000 },
  };
  const { home } = codexHome(t, [thread(1, [[NOW - 30 * MINUTE_MS, old]])]);
  const [limit] = (await limitsOf(home)).document.limits;
  assert.deepEqual(
    [limit.limitId, limit.planType, limit.credits, limit.primary, limit.secondary.resetsAt],
    [
      "codex",
      null,
      null,
      {
        usedPercent: 12.5,
        windowMinutes: 299,
        resetsAt: iso(NOW + 60 * MINUTE_MS),
        lastHourPercent: null,
        fullAt: null,
      },
      iso(NOW - 30 * MINUTE_MS + 300_000_000),
    ],
  );
});

test("a window that was reset since the reading is not shown as current, and fails nothing", async (t) => {
  const reading = codex(window(95, 300, NOW - MINUTE_MS), window(40, 10_080, NOW + DAY_MS));
  const { home } = codexHome(t, [thread(1, [[NOW - 2 * HOUR_MS, reading]])]);
  const { code, document } = await limitsOf(home, "--fail-over", "90");
  const [limit] = document.limits;
  assert.equal(code, 0);
  assert.deepEqual([limit.primary, limit.secondary.usedPercent], [null, 40]);
  assert.deepEqual(limit.passed, [
    { usedPercent: 95, windowMinutes: 300, resetsAt: iso(NOW - MINUTE_MS) },
  ]);
  const { stdout } = await aoCodex(["limits", "--codex-home", home], { env: { COLUMNS: "120" } });
  assert.match(stdout, /^5 h\s+\?\s+was reset (\w{3} )?\d\d:\d\d, nothing read since$/m);
  assert.doesNotMatch(stdout, /95/);
});

test("limits --fail-over ends with 3 where more is used, and says of which window", async (t) => {
  const reading = codex(window(20, 300, NOW + HOUR_MS), window(91, 10_080, NOW + DAY_MS));
  const { home } = codexHome(t, [thread(1, [[NOW - MINUTE_MS, reading]])]);
  const { code, stderr, document } = await limitsOf(home, "--fail-over", "90");
  assert.deepEqual([code, document.limits.length], [3, 1]);
  assert.match(
    stderr,
    /^ao-codex: 91 % of the week limit is used, more than 90 %, until \w{3} \d\d:\d\d \(in 2[34] h( \d+ min)?\)\n$/,
  );
  assert.equal((await limitsOf(home, "--fail-over", "91")).code, 0);
  const wrong = await aoCodex(["limits", "--fail-over", "101", "--codex-home", home]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
});

test("each limit of an account is shown by itself", async (t) => {
  const { home } = codexHome(t, [
    thread(1, [
      [NOW - 3 * MINUTE_MS, codex(window(20, 300, NOW + HOUR_MS), null)],
      [
        NOW - 2 * MINUTE_MS,
        codex(window(7, 300, NOW + HOUR_MS), null, { limit_id: "codex_spark" }),
      ],
      [NOW - MINUTE_MS, null],
    ]),
  ]);
  const { document } = await limitsOf(home);
  assert.deepEqual(
    document.limits.map(({ limitId, primary, secondary }) => [
      limitId,
      primary.usedPercent,
      secondary,
    ]),
    [
      ["codex", 20, null],
      ["codex_spark", 7, null],
    ],
  );
  const { stdout } = await aoCodex(["limits", "--codex-home", home], { env: { COLUMNS: "120" } });
  assert.match(stdout, /^codex\s+5 h\s+20 %/m);
  assert.match(stdout, /^codex_spark\s+5 h\s+7 %/m);
});

test("what a fork has copied of its parent's limits is no newer reading", async (t) => {
  const at = (minutes) => NOW - minutes * MINUTE_MS;
  const limits = (used) => codex(window(used, 300, NOW + HOUR_MS), null);
  const parent = thread(1, [
    [at(50), limits(50)],
    [at(20), limits(60)],
  ]);
  const [id, forkedAt] = [threadId(2), iso(at(10))];
  const text = lines(
    sessionMeta(id, { at: forkedAt, forked_from_id: threadId(1) }),
    sessionMeta(threadId(1), { at: forkedAt }),
    // The copy carries the time of the fork.
    limitsAt(at(10) + 3, limits(50)),
  );
  const fork = { name: rolloutName(id, forkedAt), writtenAt: forkedAt, text };
  const { home } = codexHome(t, [parent, fork]);
  const [limit] = (await limitsOf(home)).document.limits;
  assert.deepEqual([limit.threadId, limit.primary.usedPercent], [threadId(1), 60]);
});

test("a home without limits says that plans have them, and fails nothing", async (t) => {
  const { home } = codexHome(t, [thread(1, [[NOW, { primary: null, secondary: null }]])]);
  const { code, stdout } = await aoCodex(["limits", "--fail-over", "1", "--codex-home", home]);
  assert.equal(code, 0);
  assert.match(stdout, /^No limits in .*: no rollout tells of any\./);
  assert.deepEqual((await limitsOf(home)).document.limits, []);
});

test("of several homes each tells its own limits, and the fullest window decides", async (t) => {
  const reading = (used) => codex(window(used, 300, NOW + HOUR_MS), null);
  const [one, two] = [61, 92].map(
    (used, n) => codexHome(t, [thread(n + 1, [[NOW - MINUTE_MS, reading(used)]])]).home,
  );
  const more = ["--codex-home", two];
  const { document } = await limitsOf(one, ...more);
  assert.equal(document.codexHome, one);
  assert.deepEqual(
    document.limits.map(({ codexHome: home, primary }) => [home, primary.usedPercent]),
    [
      [one, 61],
      [two, 92],
    ],
  );
  const { stdout } = await aoCodex(["limits", "--codex-home", one, ...more], {
    env: { COLUMNS: "200" },
  });
  const [header, first, second] = stdout.split("\n");
  assert.match(header, /^HOME +WINDOW +USED /);
  assert.deepEqual(
    [first, second].map((line) => line.split(/ {2,}/).slice(0, 3)),
    [
      [one, "5 h", "61 %"],
      [two, "5 h", "92 %"],
    ],
  );
  const over = await limitsOf(one, ...more, "--fail-over", "90");
  assert.equal(over.code, 3);
  assert.match(over.stderr, /^ao-codex: 92 % of the 5 h limit is used, more than 90 %/);
});

test("a home that is given twice is one", async (t) => {
  const { home } = codexHome(t, [
    thread(1, [[NOW - MINUTE_MS, codex(window(20, 300, NOW + HOUR_MS), null)]]),
  ]);
  const { document } = await limitsOf(home, "--codex-home", home);
  assert.equal(document.limits.length, 1);
});
