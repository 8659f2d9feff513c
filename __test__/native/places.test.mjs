/** Where things lie, and the prices in force. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../support/command.mjs";
import { PRICING } from "../support/expected.mjs";
import { temporaryFolder, writeFile } from "../support/home.mjs";

const native = import.meta.resolve("@ao/plugin-codex/native");

/** What the function answers in a process with this environment. */
async function ask(name, env) {
  const script = `import(${JSON.stringify(native)}).then((n) => n.${name}()).then(
    (value) => console.log(JSON.stringify({ value })),
    ({ message }) => console.log(JSON.stringify({ message })),
  )`;
  const { stdout } = await run(process.execPath, ["-e", script], { env });
  return JSON.parse(stdout);
}

test("places are below the home directory where nothing else is said", async (t) => {
  const home = temporaryFolder(t);
  const env = { HOME: home, XDG_CONFIG_HOME: undefined, XDG_CACHE_HOME: undefined };
  const caches = process.platform === "darwin" ? "Library/Caches" : ".cache";
  assert.deepEqual(await ask("places", env), {
    value: {
      codexHome: join(home, ".codex"),
      cacheDirectory: join(home, caches, "ao-codex"),
      userPrices: join(home, ".config/ao-codex/prices.json"),
    },
  });
});

test("places are where the environment puts them", async () => {
  const env = { CODEX_HOME: "/a/codex", XDG_CONFIG_HOME: "/a/config", XDG_CACHE_HOME: "/a/cache" };
  assert.deepEqual(await ask("places", env), {
    value: {
      codexHome: "/a/codex",
      cacheDirectory: "/a/cache/ao-codex",
      userPrices: "/a/config/ao-codex/prices.json",
    },
  });
});

test("the prices in force are the built-in ones, with the user's over them", async (t) => {
  const config = temporaryFolder(t);
  const env = { XDG_CONFIG_HOME: config };
  const { source, asOf } = PRICING;
  assert.deepEqual(await ask("pricesInForce", env), { value: { source, asOf } });
  const models = { "qwen3-coder:30b": { input: 0, output: 0 } };
  const path = writeFile(config, "ao-codex/prices.json", JSON.stringify({ models }));
  assert.deepEqual(await ask("pricesInForce", env), {
    value: { source: `${source}, with ${path} over it`, asOf },
  });
  writeFile(config, "ao-codex/prices.json", "{");
  assert.match((await ask("pricesInForce", env)).message, /^cannot read prices .*prices\.json: /);
});
