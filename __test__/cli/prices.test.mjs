import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { aoCodex } from "../support/command.mjs";
import { codexHome, rollout, temporaryFolder } from "../support/home.mjs";

/** One thread of a local model: 600,000 fresh and 400,000 cached tokens in, 100,000 out. */
function localThread(t) {
  const at = "2026-03-08T12:00:00.000Z";
  const responses = [{ usage: [1_000_000, 400_000, 100_000, 0] }];
  const id = "019b7f37-8646-7b42-af3b-3a02bcaed870";
  return codexHome(t, [
    rollout({ id, cwd: "/home/dev/a", model: "qwen3-coder:30b", at, responses }),
  ]);
}

function priceFile(t, text) {
  const config = temporaryFolder(t);
  const path = join(config, "ao-codex", "prices.json");
  mkdirSync(dirname(path));
  writeFileSync(path, text);
  return { config, path };
}

function usage(home, config) {
  const env = { XDG_CONFIG_HOME: config };
  return aoCodex(["usage", "--json", "--codex-home", home], { env });
}

test("a model that is in no table is priced at the default rates and named", async (t) => {
  const { home } = localThread(t);
  const { code, stdout } = await usage(home, temporaryFolder(t));
  const { pricing, totals } = JSON.parse(stdout);
  assert.deepEqual(
    [code, pricing.defaultRated, totals.estimatedCostUsd],
    [0, ["qwen3-coder:30b"], 0.6 * 2.5 + 0.4 * 0.625 + 0.1 * 10],
  );
});

test("a user's own prices come before the built-in ones, and the output says so", async (t) => {
  const { home } = localThread(t);
  const { config, path } = priceFile(
    t,
    '{"models":{"qwen3-coder:30b":{"input":1,"cachedInput":0.5,"output":2}}}',
  );
  const { code, stdout } = await usage(home, config);
  const { pricing, totals } = JSON.parse(stdout);
  assert.deepEqual(
    [code, pricing.defaultRated, totals.estimatedCostUsd],
    [0, [], 0.6 + 0.4 * 0.5 + 0.1 * 2],
  );
  assert.equal(pricing.source.split(", with ")[1], `${path} over it`);
});

test("a price file of another form is an error that names the file and the fault", async (t) => {
  const { home } = localThread(t);
  const { config, path } = priceFile(t, '{"models":{"x":{"input":1,"output":-2}}}');
  assert.deepEqual(await usage(home, config), {
    code: 1,
    stdout: "",
    stderr: `ao-codex: cannot read prices ${path}: a price of x is negative\n`,
  });
});

const NEW_TABLE = {
  sample_spec: { mode: "one of: chat, embedding", input_cost_per_token: 0 },
  "qwen3-coder:30b": {
    mode: "chat",
    litellm_provider: "somebody",
    input_cost_per_token: 1e-6,
    input_cost_per_token_priority: 3e-6,
    cache_read_input_token_cost: 5e-7,
    output_cost_per_token: 2e-6,
  },
  "an-embedding": { mode: "embedding", input_cost_per_token: 1e-7 },
};

test("a table of LiteLLM's becomes the user's, below what the user wrote by hand", async (t) => {
  const { home } = localThread(t);
  const config = temporaryFolder(t);
  const file = join(config, "model_prices.json");
  const env = { XDG_CONFIG_HOME: config };
  writeFileSync(file, JSON.stringify(NEW_TABLE));
  const imported = join(config, "ao-codex", "imported-prices.json");
  assert.deepEqual(await aoCodex(["prices", "--from", file], { env }), {
    code: 0,
    stdout: `Prices of 1 model are in ${imported}.\n`,
    stderr: "",
  });
  const bill = JSON.parse((await usage(home, config)).stdout);
  assert.deepEqual(
    [bill.pricing.defaultRated, bill.totals.estimatedCostUsd],
    [[], 0.6 + 0.4 * 0.5 + 0.1 * 2],
  );
  assert.match(bill.pricing.source, /^LiteLLM model prices, imported from .*model_prices\.json$/);

  writeFileSync(
    join(config, "ao-codex", "prices.json"),
    '{"models":{"qwen3-coder:30b":{"input":7,"output":7}}}',
  );
  const { rows } = JSON.parse((await aoCodex(["prices", "--json"], { env })).stdout);
  const of = (model) => rows.filter((row) => row.model === model);
  const flat = { longContext: false, tier: "standard" };
  assert.deepEqual(of("qwen3-coder:30b"), [
    {
      model: "qwen3-coder:30b",
      origin: "user",
      ...flat,
      input: 7,
      cachedInput: 7,
      cacheWriteInput: 7,
      output: 7,
    },
  ]);
  assert.deepEqual(
    of("gpt-5.4").map(({ tier, longContext, input, origin }) => [tier, longContext, input, origin]),
    [
      ["standard", false, 2.5, "built-in"],
      ["standard", true, 5, "built-in"],
      ["priority", false, 5, "built-in"],
      ["flex", false, 1.25, "built-in"],
      ["flex", true, 2.5, "built-in"],
    ],
  );
  assert.deepEqual([rows[0].model, rows[0].origin, rows[0].input], ["default", "default", 2.5]);
});

test("a file that is no table of LiteLLM's is not taken, and the user's stays", async (t) => {
  const config = temporaryFolder(t);
  const file = join(config, "other.json");
  const env = { XDG_CONFIG_HOME: config };
  for (const [text, reason] of [
    ["{}", 'no model in it has an "input_cost_per_token": is it LiteLLM\'s table?'],
    ["[", "it ends before a bracket or a quote that it opens is closed"],
  ]) {
    writeFileSync(file, text);
    assert.deepEqual(await aoCodex(["prices", "--from", file], { env }), {
      code: 1,
      stdout: "",
      stderr: `ao-codex: cannot import prices ${file}: ${reason}\n`,
    });
  }
  assert.equal(existsSync(join(config, "ao-codex")), false);
});
