import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as plugin from "@ao/plugin-codex";
import { createPluginRegistry } from "@composio/ao-core";
import { saidDuring } from "./support/said.mjs";
import { makeWorld } from "./support/world.mjs";

const packageJson = JSON.parse(
  await readFile(new URL("../../package.json", import.meta.url), "utf8"),
);

test("the manifest names the plugin as the orchestrator looks it up", () => {
  assert.deepEqual(plugin.manifest, {
    name: "codex",
    slot: "agent",
    description: "Agent plugin: OpenAI Codex CLI",
    version: packageJson.version,
    displayName: "OpenAI Codex",
  });
});

test("named exports and the default export are the same", () => {
  const { create, detect, manifest } = plugin;
  assert.deepEqual(plugin.default, { manifest, create, detect });
  assert.deepEqual(Object.keys(plugin).toSorted(), [
    "create",
    "default",
    "detect",
    "manifest",
    "resolveCodexBinary",
  ]);
});

test("the package is found by an orchestrator that resolves as CommonJS does", () => {
  const require = createRequire(import.meta.url);
  assert.equal(require.resolve("@ao/plugin-codex"), require.resolve("../../dist/index.js"));
  assert.equal(require.resolve("@ao/plugin-codex/native"), require.resolve("../../dist/native.js"));
});

test("the orchestrator's registry loads it under its fixed package name", async (t) => {
  await makeWorld(t);
  const registry = createPluginRegistry();
  const asked = [];
  await registry.loadFromConfig({ projects: {} }, (name) => {
    asked.push(name);
    return name === "@composio/ao-plugin-agent-codex"
      ? Promise.resolve(plugin)
      : Promise.reject(new Error("not installed"));
  });
  assert.equal(asked.includes("@composio/ao-plugin-agent-codex"), true);
  assert.deepEqual(registry.list("agent"), [plugin.manifest]);
  assert.equal(registry.get("agent", "codex").processName, "codex");
});

test("an agent has every method of the contract, and the one that later orchestrators call", async (t) => {
  await makeWorld(t);
  const agent = plugin.create();
  assert.deepEqual(
    Object.fromEntries(Object.entries(agent).map(([name, value]) => [name, typeof value])),
    {
      name: "string",
      processName: "string",
      getLaunchCommand: "function",
      getEnvironment: "function",
      detectActivity: "function",
      getActivityState: "function",
      recordActivity: "function",
      isProcessRunning: "function",
      getSessionInfo: "function",
      getRestoreCommand: "function",
      preLaunchSetup: "function",
      postLaunchSetup: "function",
      preflight: "function",
      setupWorkspaceHooks: "function",
    },
  );
  assert.deepEqual([agent.name, agent.processName], ["codex", "codex"]);
});

test("methods work when they are taken off the agent", async (t) => {
  const world = await makeWorld(t);
  const { detectActivity, getLaunchCommand } = plugin.create();
  assert.equal(detectActivity("> "), "idle");
  assert.equal(
    typeof getLaunchCommand({ sessionId: "ao-1", projectConfig: { path: world.root } }),
    "string",
  );
});

test("what is wrong in a setting of the plugin is said on stderr, and stops nothing", async (t) => {
  await makeWorld(t);
  const lines = await saidDuring(t, () => {
    assert.equal(plugin.create({ aoHome: "here", hooks: "maybe" }).name, "codex");
  });
  assert.deepEqual(lines, [
    "ao-codex: aoHome: here is relative; give an absolute path\n",
    'ao-codex: hooks: "maybe" (string); give true or false\n',
  ]);
});

test("a home that nobody can look into is said, and stops nothing", async (t) => {
  const world = await makeWorld(t);
  const file = await world.write("file", "");
  await symlink(world.path("circle"), world.path("circle"));
  const homes = ["/dev/null/ao", `${file}/ao`, world.path("circle")];
  for (const home of homes) {
    const lines = await saidDuring(t, () => {
      assert.equal(plugin.create({ aoHome: home, codexHome: home }).name, "codex");
    });
    assert.deepEqual(
      lines.map((line) =>
        /^ao-codex: (codexHome|aoHome): .* cannot be used \((ENOTDIR|ELOOP)\); /.test(line),
      ),
      [true, true],
      home,
    );
  }
});
