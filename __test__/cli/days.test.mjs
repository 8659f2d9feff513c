import assert from "node:assert/strict";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout } from "../support/home.mjs";

/** One thread with a response an hour before and at each local midnight around the days of the test. */
const TIMES = [
  "2026-03-07T22:30:00.000Z",
  "2026-03-07T23:30:00.000Z",
  "2026-03-08T12:00:00.000Z",
  "2026-03-08T22:59:59.999Z",
  "2026-03-08T23:00:00.000Z",
  "2026-03-09T12:00:00.000Z",
];

/** A power of ten each, so that a sum says which were counted. */
function homeOf(t) {
  const responses = TIMES.map((time, n) => ({ time, usage: [10 ** n, 0, 0, 0] }));
  const id = "019e4464-e720-70ca-80b3-5afce7a15c61";
  return codexHome(t, [rollout({ id, cwd: "/home/dev/shop", at: TIMES[0], responses })]).home;
}

const RANGES = [
  ["UTC", [], 111_111],
  ["UTC", ["--since", "2026-03-08"], 111_100],
  ["UTC", ["--until", "2026-03-08"], 11_111],
  ["UTC", ["--since", "2026-03-08", "--until", "2026-03-08"], 11_100],
  ["Europe/Berlin", ["--since", "2026-03-08", "--until", "2026-03-08"], 1_110],
  ["Europe/Berlin", ["--until", "2026-03-07"], 1],
  ["Europe/Berlin", ["--since", "2026-03-09"], 110_000],
  ["America/Los_Angeles", ["--since", "2026-03-08", "--until", "2026-03-08"], 11_100],
  ["UTC", ["--since", "2027-01-01"], 0],
];

for (const [TZ, range, inputTokens] of RANGES) {
  test(`usage ${range.join(" ")} counts whole local days in ${TZ}`, async (t) => {
    const args = ["usage", "--json", ...range, "--codex-home", homeOf(t)];
    const { code, stdout, stderr } = await aoCodex(args, { env: { TZ } });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.equal(JSON.parse(stdout).totals.inputTokens, inputTokens);
  });
}

for (const [TZ, days] of [
  ["UTC", { "2026-03-07": 11, "2026-03-08": 11_100, "2026-03-09": 100_000 }],
  ["Europe/Berlin", { "2026-03-07": 1, "2026-03-08": 1_110, "2026-03-09": 110_000 }],
]) {
  test(`usage --by day groups by the local days of ${TZ}`, async (t) => {
    const args = ["usage", "--json", "--by", "day", "--codex-home", homeOf(t)];
    const { stdout } = await aoCodex(args, { env: { TZ } });
    const { groups } = JSON.parse(stdout);
    assert.deepEqual(
      Object.fromEntries(groups.map(({ key, usage }) => [key, usage.inputTokens])),
      days,
    );
  });
}
