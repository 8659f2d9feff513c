/** The documents of `--json` are what their schemas in the package say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Ajv from "ajv/dist/2020.js";
import { aoCodex, root } from "../support/command.mjs";
import { codexHome, rolloutName } from "../support/home.mjs";
import { event, lines, sessionMeta, threadId } from "../support/records.mjs";

const samples = join(root, "samples", "codex-home");

const isTime = (text) => !Number.isNaN(Date.parse(text)) && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);

/** The schema, strict: `strictDocument` is the same without room for a field that it does not name. */
function schemaOf(name, isClosed) {
  const schema = JSON.parse(readFileSync(join(root, "schema", `${name}.schema.json`), "utf8"));
  const ajv = new Ajv({ allErrors: true });
  ajv.addFormat("date-time", isTime);
  ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
  return ajv.compile(isClosed ? closed(schema) : schema);
}

/** Every field that a document has is described: nothing is printed that the schema does not know. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const whole = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  return typeof whole.properties === "object" && whole.type === "object"
    ? { ...whole, additionalProperties: false }
    : whole;
}

async function documentOf(...args) {
  const { code, stdout } = await aoCodex([...args, "--json"]);
  assert.equal(code, 0);
  return JSON.parse(stdout);
}

function assertValid(validate, document) {
  validate(document);
  assert.deepEqual(validate.errors ?? [], []);
}

for (const args of [
  [],
  ["--by", "model"],
  ["--by", "repo,day"],
  ["--by", "thread", "--limit", "2"],
])
  test(`usage ${args.join(" ")} --json is what its schema says, and has no field that it does not name`, async () => {
    const document = await documentOf("usage", "--codex-home", samples, ...args);
    assert.ok(document.threads.length > 0);
    assertValid(schemaOf("usage", true), document);
  });

test("usage --json of several homes is what its schema says", async (t) => {
  const { home } = codexHome(t, []);
  const homes = ["--codex-home", samples, "--codex-home", home];
  assertValid(schemaOf("usage", true), await documentOf("usage", ...homes));
});

test("limits --json is what its schema says, with windows that run and with windows that passed", async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const at = new Date((now - 60) * 1000).toISOString();
  const window = (window_minutes, resets_at) => ({ used_percent: 12.5, window_minutes, resets_at });
  const limits = (limit_id, primary) => ({
    limit_id,
    primary,
    secondary: window(10_080, now + 9000),
    credits: { has_credits: true, unlimited: false, balance: "3" },
    plan_type: "pro",
  });
  const text = lines(
    sessionMeta(threadId(1), { at }),
    ...[limits("codex", window(300, now + 900)), limits("other", window(300, now - 1))].map(
      (rate_limits) => event({ type: "token_count", info: null, rate_limits }, at),
    ),
  );
  const { home } = codexHome(t, [{ name: rolloutName(threadId(1), at), writtenAt: at, text }]);
  const document = await documentOf("limits", "--codex-home", home);
  assert.equal(document.limits.length, 2);
  assertValid(schemaOf("limits", true), document);
});

test("a document that lacks a count, or has one that is none, is not what the schema says", async () => {
  const document = await documentOf("usage", "--codex-home", samples);
  const validate = schemaOf("usage", false);
  const { totals: _, ...without } = document;
  assert.equal(validate(without), false);
  assert.equal(validate({ ...document, totals: { ...document.totals, inputTokens: -1 } }), false);
  assert.equal(validate({ ...document, later: "a field that is added breaks nobody" }), true);
});
