import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import * as tmux from "@composio/ao-plugin-runtime-tmux";
import { readArguments } from "./support/arguments.mjs";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

/** The orchestrator types the command while the shell may still read its start-up files. */
const typedIntoShell = async (t, { prompt, startUp }) => {
  const world = await makeWorld(t);
  await world.codex();
  await world.write("home/.profile", startUp);
  await world.write("home/.bashrc", startUp);
  process.env.SHELL = "/bin/bash";
  const agent = create();
  const launch = { sessionId: "app-1", prompt, projectConfig: { name: "app", path: world.root } };
  await tmux.create().create({
    sessionId: "app-1",
    workspacePath: world.root,
    launchCommand: agent.getLaunchCommand(launch),
    environment: agent.getEnvironment(launch),
  });
  await eventually("the start of Codex", () => stat(world.path("arguments")).catch(() => null));
  return (await readArguments(world)).at(-1);
};

test("a long prompt with tabs and newlines arrives byte for byte when it is typed into tmux", async (t) => {
  const prompt = `# Rules\n\n${"\tif (a) {\n\t\treturn 'b';\n\t}\n".repeat(4_000)}`;
  assert.equal(await typedIntoShell(t, { prompt, startUp: "" }), prompt);
});

test("a prompt arrives byte for byte in a shell that is still starting", async (t) => {
  const prompt = "Fix it. ".repeat(1_000);
  assert.equal(await typedIntoShell(t, { prompt, startUp: "sleep 1.5\n" }), prompt);
});

test("a short prompt is typed as it is", async (t) => {
  const prompt = `Fix the "login" page's title!`;
  assert.equal(await typedIntoShell(t, { prompt, startUp: "" }), prompt);
});
