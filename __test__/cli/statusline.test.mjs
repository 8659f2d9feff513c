/** `ao-codex statusline`: one line for tmux, prompts and bars. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { iso, MINUTE_MS, NOW } from "../support/clock.mjs";
import { aoCodex, cli, run } from "../support/command.mjs";
import { codexHome, rollout, rolloutName } from "../support/home.mjs";
import {
  counts,
  event,
  lines,
  sessionMeta,
  taskStarted,
  threadId,
  turnContext,
} from "../support/records.mjs";

/** A thread of a million input tokens ($1.25 each of gpt-5-codex), written now, with these limits. */
function running(number, rate_limits, at = iso(NOW - 1000)) {
  const usage = counts([1_000_000, 0, 0, 0]);
  const info = { total_token_usage: usage, last_token_usage: usage };
  const text = lines(
    sessionMeta(threadId(number), { at }),
    taskStarted("turn-1", at),
    turnContext({ at }),
    event({ type: "token_count", info, rate_limits }, at),
  );
  return { name: rolloutName(threadId(number), at), writtenAt: at, text };
}

const resetsAt = NOW + 90 * MINUTE_MS;
const LIMITS = {
  limit_id: "codex",
  primary: { used_percent: 61, window_minutes: 300, resets_at: resetsAt / 1000 },
  secondary: { used_percent: 24, window_minutes: 10_080, resets_at: resetsAt / 1000 },
  plan_type: "plus",
};

async function line(home, ...args) {
  const { code, stdout, stderr } = await aoCodex(["statusline", "--codex-home", home, ...args]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

test("statusline says what was spent today, how much of the limit is used, and how many threads are active", async (t) => {
  const { home } = codexHome(t, [
    running(1, LIMITS),
    running(2, LIMITS),
    rollout({
      id: threadId(3),
      cwd: "/home/dev/shop",
      at: "2026-05-20T08:00:00.000Z",
      responses: [{ usage: [5_000_000, 0, 0, 0] }],
    }),
  ]);
  assert.match(
    await line(home),
    /^\$2\.50 today · 61 % of 5 h, resets (\w{3} )?\d\d:\d\d · 2 active\n$/,
  );
});

test("statusline --format puts each part where its name stands", async (t) => {
  const { home } = codexHome(t, [running(1, LIMITS)]);
  assert.match(
    await line(home, "--format", "{plan} {active}/{today} [{week}]"),
    /^plus 1\/\$1\.25 \[24 % of week, resets (\w{3} )?\d\d:\d\d\]\n$/,
  );
  const wrong = await aoCodex(["statusline", "--format", "{spend}", "--codex-home", home]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /There is no \{spend\}: it knows \{today\}, \{limit\}, /);
});

test("statusline leaves out the limit that nobody knows, and counts a thread that was only begun", async (t) => {
  const at = iso(NOW - 5000);
  const text = lines(sessionMeta(threadId(1), { at }), taskStarted("turn-1", at));
  const begun = { name: rolloutName(threadId(1), at), writtenAt: at, text };
  const { home } = codexHome(t, [begun]);
  assert.equal(await line(home), "$0.00 today · 1 active\n");
});

/** 60 ms on a machine whose empty Node takes 40; on a busy one both take longer. */
const MOST_OF_AN_EMPTY_NODE = 2.5;

test("statusline takes little more of the processor than an empty Node", async (t) => {
  const { home } = codexHome(t, [running(1, LIMITS), running(2, LIMITS)]);
  const cpu =
    "process.stderr.write(String((({ user, system }) => user + system)(process.cpuUsage())))";
  const args = JSON.stringify(["statusline", "--codex-home", home]);
  const programs = [`require(${JSON.stringify(cli)}).run(${args}).then(() => ${cpu})`, cpu];
  const runs = [];
  // The least of some: what else the machine does only adds.
  for (let n = 0; n < 5; n += 1) {
    for (const [at, program] of programs.entries()) {
      const { stderr } = await run(process.execPath, ["-e", program]);
      runs[at] = Math.min(runs[at] ?? Infinity, Number(stderr) / 1000);
    }
  }
  assert.ok(
    runs[0] <= MOST_OF_AN_EMPTY_NODE * runs[1],
    `${runs[0]} ms, an empty Node ${runs[1]} ms`,
  );
});

test("the line of several homes has the spend and the threads of all, and the newest reading", async (t) => {
  const full = { ...LIMITS, primary: { ...LIMITS.primary, used_percent: 70 } };
  const homes = [running(1, LIMITS), running(2, full, iso(NOW))].map(
    (one) => codexHome(t, [one]).home,
  );
  const args = homes.flatMap((home) => ["--codex-home", home]);
  const { code, stdout } = await aoCodex([
    "statusline",
    "--format",
    "{today} {limit} {active}",
    ...args,
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /^\$2\.50 70 % of 5 h, resets .* 2\n$/);
});
