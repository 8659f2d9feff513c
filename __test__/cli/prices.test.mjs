import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
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
