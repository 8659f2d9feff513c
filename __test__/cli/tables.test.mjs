import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import stringWidth from "string-width";
import { aoCodex, root } from "../support/command.mjs";
import { codexHome, rollout } from "../support/home.mjs";

const SAMPLE = join(root, "samples", "codex-home");
const COMMANDS = [
  ["sessions"],
  ["usage"],
  ["usage", "--by", "workspace"],
  ["usage", "--by", "model"],
  ["usage", "--by", "day"],
];
/** Columns whose cells end where their header ends; the others begin where it begins. */
const NUMBERS = new Set([
  "TOKENS",
  "COST",
  "INPUT",
  "CACHED",
  "OUTPUT",
  "REASONING",
  "TOTAL",
  "THREADS",
]);

for (const columns of [40, 41, 42, 55, 80, 120, 200, 300]) {
  for (const command of COMMANDS) {
    test(`${command.join(" ")} fits ${columns} columns, and its columns stand under their headers`, async () => {
      const lines = await linesOf([...command, "--codex-home", SAMPLE], columns);
      assertFits(lines, columns);
      assertAligned(lines);
    });
  }

  test(`paths in scripts of every kind keep the columns at ${columns}`, async (t) => {
    const { home } = codexHome(t, PATHS.map(threadIn));
    const lines = await linesOf(["sessions", "--codex-home", home], columns);
    assertFits(lines, columns);
    assertAligned(lines);
  });
}

/** Wide, combining, decomposed (as macOS names folders), right to left, joined emoji, and long beyond any terminal. */
const PATHS = [
  "/home/dev/日本語のプロジェクト",
  "/home/dev/한글".normalize("NFD"),
  "/home/dev/हिन्दी",
  "/home/dev/กำที่",
  "/home/dev/مَرْحَبًا",
  "/home/dev/e\u0301te\u0301",
  "/home/dev/👩‍👩‍👧‍👦/🇩🇪/1️⃣",
  `/home/dev/${"long-".repeat(100)}`,
  `/home/dev/${"模".repeat(100)}`,
  `/home/dev/x${"模".repeat(100)}`,
  `/home/dev/${"हिन्दी".repeat(100)}`,
  `/${"d/".repeat(200)}`,
];

/** The id of the n-th thread of a test. */
const id = (n) => `019e4464-e720-70ca-80b3-${String(n).padStart(12, "0")}`;

function threadIn(cwd, n) {
  return rollout({
    id: id(n),
    cwd,
    at: "2026-05-20T08:00:00.000Z",
    responses: [{ usage: [10 ** n, 0, 5, 0] }],
  });
}

test("COLUMNS that are no number, or too few for a table, do no harm", async () => {
  const lines = await Promise.all(
    ["wide", "-5", "0", "3", "1e9"].map(async (COLUMNS) => {
      const { code, stdout } = await aoCodex(["sessions", "--codex-home", SAMPLE], {
        env: { COLUMNS },
      });
      return [code, stdout.split("\n").length > 20];
    }),
  );
  assert.deepEqual(
    lines,
    Array.from({ length: 5 }, () => [0, true]),
  );
});

test("a narrow table keeps workspace, tokens and cost; a wide one says everything", async () => {
  assert.deepEqual(await headersOf(24), ["WORKSPACE", "TOKENS", "COST"]);
  assert.deepEqual(await headersOf(40), ["WORKSPACE", "STATE", "TOKENS", "COST"]);
  assert.deepEqual(await headersOf(200), [
    "WORKSPACE",
    "TITLE",
    "THREAD",
    "KIND",
    "MODEL",
    "STATE",
    "CONTEXT",
    "TOKENS",
    "COST",
    "LAST WRITE",
  ]);
});

/** A subagent; the higher its number, the older. */
function subagent(n, parent) {
  return rollout({
    id: id(n),
    cwd: "/home/dev/shop",
    at: `2026-05-20T0${9 - n}:00:00.000Z`,
    meta: { source: { subagent: "review" }, parent_thread_id: id(parent) },
  });
}

test("a subagent stands under the thread that spawned it, a subagent of a subagent under that", async (t) => {
  const at = "2026-05-20T08:00:00.000Z";
  const cwd = "/home/dev/shop";
  const { home } = codexHome(t, [
    rollout({ id: id(0), cwd, at }),
    subagent(1, 0),
    subagent(2, 0),
    subagent(3, 1),
    subagent(4, 9),
  ]);
  const lines = await linesOf(["sessions", "--codex-home", home], 120);
  const cells = lines
    .slice(1, 6)
    .map((line) => line.split(/ {2,}(?=0)/).map((cell) => cell.trimEnd()));
  assert.deepEqual(
    cells.map(([workspace, rest]) => [workspace, rest.slice(0, 36)]),
    [
      ["/home/dev/shop", id(0)],
      ["├─ /home/dev/shop", id(1)],
      ["│  └─ /home/dev/shop", id(3)],
      ["└─ /home/dev/shop", id(2)],
      ["/home/dev/shop", id(4)],
    ],
  );
});

test("a tree deeper than a table has room for still fits", async (t) => {
  const at = "2026-05-20T08:00:00.000Z";
  const chain = Array.from({ length: 20 }, (_, n) =>
    rollout({
      id: id(n + 1),
      cwd: "/home/dev/shop",
      at,
      meta: { source: { subagent: "review" }, parent_thread_id: id(n) },
    }),
  );
  const { home } = codexHome(t, [rollout({ id: id(0), cwd: "/home/dev/shop", at }), ...chain]);
  for (const columns of [40, 60, 80, 200]) {
    const lines = await linesOf(["sessions", "--codex-home", home], columns);
    assert.equal(
      lines.findIndex((line) => line.startsWith("─")),
      22,
    );
    assertFits(lines, columns);
    assertAligned(lines);
  }
});

test("threads that name each other as parent are shown, each once", async (t) => {
  const { home } = codexHome(t, [subagent(1, 2), subagent(2, 1), subagent(3, 3)]);
  const lines = await linesOf(["sessions", "--codex-home", home], 120);
  assert.deepEqual(
    [1, 2, 3].map((n) => lines.filter((line) => line.includes(id(n))).length),
    [1, 1, 1],
  );
});

test("times are distances up to a week and dates before", async (t) => {
  const minute = 60_000;
  const times = [
    5_000,
    3 * minute,
    125 * minute,
    25 * 60 * minute,
    75 * 60 * minute,
    400 * 24 * 60 * minute,
  ].map((age) => new Date(Date.now() - age).toISOString());
  const { home } = codexHome(
    t,
    times.map((at, n) => rollout({ id: id(n), cwd: "/home/dev/shop", at })),
  );
  const lines = await linesOf(["sessions", "--codex-home", home], 200);
  assert.deepEqual(
    lines.slice(1, 7).map((line) => line.split(/ {2,}/).at(-1)),
    ["just now", "3 min ago", "2 h ago", "1 day ago", "3 days ago", times[5].slice(0, 10)],
  );
});

async function headersOf(columns) {
  const [header] = await linesOf(["sessions", "--codex-home", SAMPLE], columns);
  return header.trim().split(/ {2,}/);
}

async function linesOf(args, columns) {
  const { code, stdout, stderr } = await aoCodex(args, { env: { COLUMNS: String(columns) } });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

function assertFits(lines, columns) {
  assert.deepEqual(
    lines.filter((line) => stringWidth(line) > columns),
    [],
  );
}

/** Where a column begins or ends every row has its gap. */
function assertAligned([header, ...lines]) {
  const rows = lines
    .slice(0, lines.findIndex((line) => line.startsWith("─")) + 2)
    .filter((line) => !line.startsWith("─"));
  assert.ok(rows.length > 1);
  for (const { 0: name, index } of header.matchAll(/\S+(?: \S+)*/g)) {
    const gap = NUMBERS.has(name) ? index + name.length : index - 1;
    assert.deepEqual(
      rows.filter((row) => (screenOf(row)[gap] ?? " ") !== " "),
      [],
      `${name} in\n${header}`,
    );
  }
}

/** The line as the screen has it: an element per column. */
function screenOf(line) {
  const segments = [...new Intl.Segmenter().segment(line)];
  return segments.flatMap(({ segment }) => Array(stringWidth(segment)).fill(segment));
}
