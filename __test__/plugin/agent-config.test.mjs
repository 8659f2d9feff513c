/** What a project's `agentConfig` says to Codex itself. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { argumentsAfter, flagsOf, settingsOf } from "./support/arguments.mjs";
import { saidDuring } from "./support/said.mjs";
import { makeWorld } from "./support/world.mjs";

const launched = async (t, agentConfig, { version, config } = {}) => {
  const world = await makeWorld(t);
  await world.codex({ version });
  if (config !== undefined) await world.write("home/.codex/config.toml", config);
  const launch = (agent) =>
    agent.getLaunchCommand({
      sessionId: "app-1",
      projectConfig: { name: "app", path: world.root, agentConfig },
    });
  let command = "";
  const said = await saidDuring(t, () => {
    const agent = create();
    command = launch(agent);
    assert.equal(launch(agent), command);
  });
  const words = await argumentsAfter(world, command);
  return { said, flags: flagsOf(words), settings: settingsOf(words) };
};

test("every key of Codex's reaches it as it was meant", async (t) => {
  const { said, flags, settings } = await launched(t, {
    permissions: "auto-edit",
    model: "o3",
    reasoningEffort: "low",
    sandbox: "read-only",
    profile: "work",
    webSearch: true,
    networkAccess: false,
    mcpServers: { docs: { command: "npx", args: ["-y", "it's"], env: { "A.B": "1" } } },
    config: { "features.web": true, tool_output_token_limit: 4_000, "tui.theme": 'a"b' },
  });
  assert.deepEqual(said, []);
  assert.deepEqual(flags, [
    "--profile",
    "work",
    "--sandbox",
    "read-only",
    "--search",
    "--ask-for-approval",
    "never",
    "--model",
    "o3",
  ]);
  const chosen = [
    "features.web",
    "mcp_servers.docs",
    "model_reasoning_effort",
    "sandbox_workspace_write.network_access",
    "tool_output_token_limit",
    "tui.theme",
  ];
  assert.deepEqual(Object.fromEntries(chosen.map((key) => [key, settings[key]])), {
    "features.web": "true",
    "mcp_servers.docs": `{"command"="npx","args"=["-y","it's"],"env"={"A.B"="1"}}`,
    model_reasoning_effort: "low",
    "sandbox_workspace_write.network_access": "false",
    tool_output_token_limit: "4000",
    "tui.theme": String.raw`"a\"b"`,
  });
});

/** What Codex makes of a profile that is a table in config.toml, a file beside it, or neither, by its version. */
const PROFILES = [
  ["0.118.0", "[profiles.work]\n", true],
  ["0.118.0", "", false],
  ["0.133.0", 'profile = "work"\n', false],
  ["0.134.0", "[profiles.work]\n", false],
  ["0.134.0", 'profile = "work"\n', false],
  ["0.169.0", "[profiles.other]\n", true],
  ["0.169.0", "", true],
  ["0.169.0", "[profiles", true],
];

for (const [at, [version, text, isGiven]] of PROFILES.entries()) {
  // What was said of a profile is not said again.
  const profile = `work${at}`;
  const config = text.replace("work", profile);
  const what = `a profile with which Codex ${version} ${isGiven ? "starts is given" : "would end at once is left out, and said"}`;
  test(`${what}: ${JSON.stringify(config)}`, async (t) => {
    const agentConfig = { permissions: "auto-edit", profile };
    const { said, flags } = await launched(t, agentConfig, { version, config });
    assert.deepEqual(
      flags.slice(0, 2),
      isGiven ? ["--profile", profile] : ["--ask-for-approval", "never"],
    );
    assert.deepEqual(
      said.map((line) => /^ao-codex: profile: .*work/.test(line)),
      isGiven ? [] : [true],
    );
  });
}

test("what contradicts the permissions, or the launch, is left out and said once", async (t) => {
  const { said, flags, settings } = await launched(t, {
    permissions: "auto-edit",
    sandbox: "danger-full-access",
    reasonningEffort: "high",
    profile: "../x y",
    config: { approval_policy: "never", "projects./x.trust_level": "trusted", ok: null },
    mcpServers: { "a b": { command: "x" }, c: {} },
  });
  assert.deepEqual(flags, ["--ask-for-approval", "never"]);
  assert.deepEqual(
    Object.keys(settings).filter((key) => /approval|mcp|^ok$|trust_level/.test(key)),
    [],
  );
  assert.deepEqual(
    said.map((line) => /^ao-codex: ([^:]+): /.exec(line)?.[1]),
    [
      "reasonningEffort",
      "sandbox",
      "profile",
      "config.approval_policy",
      "config.projects./x.trust_level",
      "config.ok",
      "mcpServers.a b",
      "mcpServers.c",
    ].toSorted(
      (a, b) => said.findIndex((l) => l.includes(a)) - said.findIndex((l) => l.includes(b)),
    ),
  );
  assert.match(said.join(""), /reasonningEffort: .*did you mean reasoningEffort\?/);
});
