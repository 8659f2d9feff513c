import assert from "node:assert/strict";
import { test } from "node:test";
import stringWidth from "string-width";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout } from "../support/home.mjs";

/** Clears the screen, sets the title, an 8-bit CSI, a new line, and turns the rest of the line around. */
const EVIL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\n\t\u007f\u202e";

/** Every character that a terminal could obey, but for the line feeds of the lines. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

function hostileHome(t) {
  const id = "019e4464-e720-70ca-80b3-5afce7a15c61";
  const cwd = `/home/dev/${EVIL}shop`;
  return codexHome(t, [
    rollout({
      id,
      cwd,
      model: `gpt-${EVIL}`,
      at: "2026-05-20T08:00:00.000Z",
      responses: [{ usage: [1000, 0, 10, 0] }],
      meta: { cli_version: EVIL },
    }),
  ]);
}

const LINES = [
  ["sessions"],
  ["usage"],
  ["usage", "--by", "thread"],
  ["usage", "--by", "workspace"],
  ["usage", "--by", "model"],
  ["usage", "--by", "day"],
  ["sessions", "--json"],
  ["usage", "--by", "model", "--json"],
];

for (const args of LINES) {
  test(`${args.join(" ")}: a rollout cannot write to the terminal`, async (t) => {
    const { home } = hostileHome(t);
    const { code, stdout, stderr } = await aoCodex([...args, "--codex-home", home], {
      env: { COLUMNS: "200" },
    });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout + stderr, OBEYED);
  });
}

test("what was taken out of the table is to be seen there", async (t) => {
  const { home } = hostileHome(t);
  const { stdout } = await aoCodex(["sessions", "--codex-home", home], { env: { COLUMNS: "250" } });
  assert.ok(stdout.includes("/home/dev/␛[2J␛]0;owned␇\ufffd31m␍␊␉␡\ufffdshop"), stdout);
});

test("the JSON document says exactly what the rollout says", async (t) => {
  const { home } = hostileHome(t);
  const { stdout } = await aoCodex(["sessions", "--json", "--codex-home", home]);
  const [thread] = JSON.parse(stdout).threads;
  assert.deepEqual([thread.workspacePath, thread.model], [`/home/dev/${EVIL}shop`, `gpt-${EVIL}`]);
});

test("the message about a hostile workspace cannot write to the terminal", async (t) => {
  const { home } = hostileHome(t);
  const { code, stderr } = await aoCodex([
    "resume",
    "--workspace",
    `/${EVIL}`,
    "--codex-home",
    home,
  ]);
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, OBEYED);
});

test("names of a megabyte and paths of endless folders cost neither time nor the table", async (t) => {
  const at = "2026-05-20T08:00:00.000Z";
  const threads = ["m".repeat(1_000_000), "模".repeat(300_000), "\u0301".repeat(300_000)].map(
    (model, n) =>
      rollout({
        id: `019e4464-e720-70ca-80b3-00000000000${n}`,
        cwd: "/d".repeat(400_000),
        model,
        at,
        responses: [{ usage: [1000, 0, 10, 0] }],
      }),
  );
  const { home } = codexHome(t, threads);
  const started = process.hrtime.bigint();
  const env = { COLUMNS: "80" };
  const outputs = await Promise.all(
    LINES.slice(0, 6).map((args) => aoCodex([...args, "--codex-home", home], { env })),
  );
  assert.deepEqual(
    outputs.map(({ code, stderr }) => [code, stderr]),
    outputs.map(() => [0, ""]),
  );
  const lines = outputs.flatMap(({ stdout }) => stdout.split("\n"));
  assert.deepEqual(
    lines.filter((line) => stringWidth(line) > 80),
    [],
  );
  assert.ok(process.hrtime.bigint() - started < 30_000_000_000n);
});
