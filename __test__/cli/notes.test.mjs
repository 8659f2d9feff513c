import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout } from "../support/home.mjs";

const at = "2026-05-20T08:00:00.000Z";
const id = (n) => `019e4464-e720-70ca-80b3-00000000000${n}`;

/** What stands below the table. */
async function notesOf(home, args = ["sessions"]) {
  const env = { COLUMNS: "300" };
  const { code, stdout, stderr } = await aoCodex([...args, "--codex-home", home], { env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("─")) + 2);
}

const PRICES = "Prices: LiteLLM 1.109.1 model prices, as of 2026-11-28.";

test("a home where everything was read and priced has a note on prices only", async (t) => {
  const { home } = codexHome(t, [rollout({ id: id(1), cwd: "/home/dev/shop", at })]);
  assert.deepEqual(await notesOf(home), [PRICES]);
});

test("models at the default rates are marked and named, not more than three of them", async (t) => {
  const threadOn = (model, n) =>
    rollout({
      id: id(n),
      cwd: "/home/dev/shop",
      at,
      model,
      responses: [{ usage: [100_000, 0, 10, 0] }],
    });
  const models = ["gpt-5-codex", "house-a", "house-b", "house-c", "house-d", "house-e"];
  const { home } = codexHome(t, models.map(threadOn));
  const args = ["usage", "--by", "model", "--codex-home", home];
  const { stdout } = await aoCodex(args, { env: { COLUMNS: "100" } });
  const marks = stdout.split("\n").map((line) => [line.split(" ")[0], line.includes("~$")]);
  assert.deepEqual(
    models.map((model) => marks.find(([name]) => name === model)),
    models.map((model) => [model, model !== "gpt-5-codex"]),
  );
  const named = "house-a, house-b, house-c, and 2 more";
  assert.deepEqual(await notesOf(home), [PRICES, `~ priced at default rates: ${named}.`]);
});

/** A thread of one response, of an account with this plan: `null` is one that is billed by token. */
function threadOf(plan_type, n) {
  const one = rollout({
    id: id(n),
    cwd: "/home/dev/shop",
    at,
    responses: [{ usage: [100_000, 0, 10, 0] }],
  });
  const rate_limits = { primary: { used_percent: 1, window_minutes: 300 }, plan_type };
  return {
    ...one,
    text: one.text.replace('"rate_limits":null', `"rate_limits":${JSON.stringify(rate_limits)}`),
  };
}

const VIEWS = [
  ["sessions"],
  ...["day", "workspace", "model", "thread", "tier"].map((by) => ["usage", "--by", by]),
];

test("what a subscription paid for is said to be at API prices, in every table", async (t) => {
  const { home } = codexHome(t, ["pro", "pro"].map(threadOf));
  for (const args of VIEWS) {
    assert.deepEqual(await notesOf(home, args), [
      "Costs are at API prices: the account is on a subscription (pro).",
      PRICES,
    ]);
  }
  const usage = ["usage", "--by", "day", "--codex-home", home];
  const { stdout } = await aoCodex([...usage, "--format", "markdown"]);
  assert.match(stdout, /^\| day \|.* cost at API prices \|\n/);
  const file = join(home, "report.html");
  await aoCodex(["usage", "--html", file, "--codex-home", home]);
  assert.match(readFileSync(file, "utf8"), /<dt>Spend at API prices<\/dt>/);
});

test("an account that changed its plan, or came to be billed by token, is told with both", async (t) => {
  const homeOf = (...plans) => codexHome(t, plans.map(threadOf)).home;
  const noteOf = async (...plans) => (await notesOf(homeOf(...plans)))[0];
  assert.equal(await noteOf(null, null), PRICES);
  assert.equal(
    await noteOf("plus", null, "team"),
    "Costs are at API prices: 2 of 3 threads are on a subscription (plus, team).",
  );
  assert.equal(
    await noteOf("unknown"),
    "Costs are at API prices: the account is on a subscription.",
  );
});

test("damaged records are counted in a note", async (t) => {
  const sane = rollout({ id: id(1), cwd: "/home/dev/shop", at });
  const torn = rollout({ id: id(2), cwd: "/home/dev/shop", at });
  const { home } = codexHome(t, [sane, { ...torn, text: `${torn.text}{"timest\n[1]\n\u0000\n` }]);
  assert.deepEqual(await notesOf(home), [PRICES, "Left out: 3 damaged records in 1 rollout."]);
});

test("a file that cannot be read is named with the reason, in the note and in the document", async (t) => {
  const { home } = codexHome(t, [rollout({ id: id(1), cwd: "/home/dev/shop", at })]);
  const path = join(home, "sessions", `rollout-2026-05-20T08-00-00-${id(2)}.jsonl.zst`);
  writeFileSync(path, "this is no zstd frame");
  const { stdout } = await aoCodex(["usage", "--json", "--codex-home", home]);
  const { skipped } = JSON.parse(stdout);
  assert.deepEqual(
    skipped.map((file) => file.path),
    [path],
  );
  const [, note] = await notesOf(home);
  assert.equal(note, `Left out: 1 file: ${path} (${skipped[0].reason}).`);
});
