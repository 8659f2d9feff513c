/** Times that no clock shows, or only a wrong one: they break no list, and nobody takes them for now. */
import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rolloutName } from "../support/home.mjs";
import {
  lines,
  sessionMeta,
  taskStarted,
  threadId,
  tokenCount,
  turnContext,
} from "../support/records.mjs";

/** What a record says, and what it is understood as; `null` where it says nothing. */
const TIMES = {
  "2026-05-20T08:00:00.000Z": "2026-05-20T08:00:00.000Z",
  "2026-05-20T08:00:00+05:30": "2026-05-20T02:30:00.000Z",
  "2026-05-20t08:00:00z": "2026-05-20T08:00:00.000Z",
  "2019-12-31T00:00:00Z": "2019-12-31T00:00:00.000Z",
  "1969-12-31T23:59:59.999Z": "1969-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z": "0000-01-01T00:00:00.000Z",
  "2199-01-01T00:00:00Z": "2199-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z": "9999-12-31T23:59:59.999Z",
  "+010000-01-01T00:00:00Z": null,
  "+275760-09-13T00:00:00.001Z": null,
  "-271821-04-20T00:00:00.000Z": null,
  "2026-13-45T99:99:99Z": null,
  "2026-02-29T08:00:00Z": null,
  1747728000: null,
  yesterday: null,
};
/** In seconds since 1970; a file system takes the nearest that it knows. */
const FILE_TIMES = [0, -62_135_596_800, 4_102_444_800, 253_402_300_800, 8_640_000_000_001];

function homeOf(t) {
  const rollouts = Object.keys(TIMES).map((at, number) => ({
    name: rolloutName(threadId(number)),
    writtenAt: "2026-05-20T08:00:00.000Z",
    text: lines(
      sessionMeta(threadId(number), { at }),
      taskStarted("turn-1", at),
      turnContext({ at }),
      tokenCount([1000, 0, 10, 0], [1000, 0, 10, 0], at),
    ),
  }));
  const { home, paths } = codexHome(t, rollouts);
  for (const [number, path] of paths.entries()) {
    const time = FILE_TIMES[number % FILE_TIMES.length];
    utimesSync(path, time, time);
  }
  return home;
}

test("a list, a bill and a document hold times of every kind", async (t) => {
  const home = homeOf(t);
  const count = Object.keys(TIMES).length;
  for (const args of [
    ["sessions"],
    ["usage"],
    ...["hour", "day", "week", "month", "thread"].map((by) => ["usage", "--by", by]),
    ["usage", "--by", "day", "--timezone", "America/New_York"],
    ["usage", "--by", "month", "--since", "2020-01-01"],
    ["resume", "--workspace", "/home/dev/shop"],
  ]) {
    const [table, document] = await Promise.all(
      [args, [...args, "--json"]].map((all) => aoCodex([...all, "--codex-home", home])),
    );
    assert.deepEqual([table.code, table.stderr, document.code, document.stderr], [0, "", 0, ""]);
    JSON.parse(document.stdout);
  }
  const { stdout } = await aoCodex(["usage", "--by", "month", "--json", "--codex-home", home]);
  const { groups, totals, threads } = JSON.parse(stdout);
  assert.deepEqual([threads.length, totals.totalTokens], [count, 1010 * count]);
  const undated = Object.values(TIMES).filter((time) => time === null).length;
  assert.deepEqual(
    groups.map(({ key, threads: of }) => [key, of]),
    [
      ["unknown", undated],
      ["0000-01", 1],
      ["1969-12", 1],
      ["2019-12", 1],
      ["2026-05", 3],
      ["2199-01", 1],
      ["9999-12", 1],
    ],
  );
});

test("a thread is of the time that its records say, and not active long before or after it", async (t) => {
  const { stdout } = await aoCodex(["sessions", "--json", "--codex-home", homeOf(t)]);
  const said = Object.values(TIMES);
  const dated = JSON.parse(stdout).threads.filter(
    ({ threadId: id }) => said[Number(id.slice(-12))] !== null,
  );
  for (const { threadId: id, updatedAt, state } of dated)
    assert.deepEqual([updatedAt, state], [said[Number(id.slice(-12))], "exited"]);
  assert.equal(dated.length, said.filter((time) => time !== null).length);
});
