import assert from "node:assert/strict";
import { test } from "node:test";

import { run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { CURRENT } from "./support/versions.mjs";
import { MODEL, makeStage } from "./support/stage.mjs";

/** A Codex needs some seconds on a busy machine until its first request. */
const FIRST_REQUEST_MS = 30_000;

/** Starts Codex as the orchestrator does, without a work tree of its own. */
const launched = async (stage, { id = "app-1", prompt, agentConfig = {} }) => {
  const { agent, path, registry } = stage;
  const config = {
    sessionId: id,
    prompt,
    model: MODEL,
    permissions: "permissionless",
    projectConfig: { name: "app", path, agentConfig },
    ...agentConfig,
  };
  return registry.get("runtime", "tmux").create({
    sessionId: id,
    workspacePath: path,
    launchCommand: agent.getLaunchCommand(config),
    environment: agent.getEnvironment(config),
  });
};

const requestsOf = (server, name) =>
  server.requests.filter(({ isTitle, scriptName }) => scriptName === name && !isTitle);

const firstRequest = (server, name) =>
  eventually("the first request", () => requestsOf(server, name)[0], FIRST_REQUEST_MS);

/** What the person said, as the model was sent it. */
const saidIn = ({ input }) =>
  input
    .findLast(({ role, type }) => role === "user" && (type ?? "message") === "message")
    .content.map(({ text }) => text)
    .join("");

const PROMPTS = {
  shell: `script:shell 'single' "double" \`touch pwned\` $(touch pwned) \${HOME} $HOME !! \\ \\n ; & | > < * ~`,
  lines: "script:lines\n\n\tif (a) {\n\t\treturn 'b';\n\t}\n\nnaïve — 日本語 🦀\nend",
  dash: "--help script:dash",
  toml: `["script:toml", 42]`,
  long: `script:long\n${"All work and no play makes 'Jack' a dull boy.\n".repeat(2_200)}end`,
};

for (const version of ["0.118.0", CURRENT]) {
  test(`what a prompt says is what the model of Codex ${version} is sent, byte for byte`, async (t) => {
    const stage = await makeStage(t, { version });
    const { server } = stage;
    for (const [name, prompt] of Object.entries(PROMPTS)) {
      server.script(name, [say()]);
      await launched(stage, { id: name, prompt });
      assert.equal(saidIn(await firstRequest(server, name)), prompt, name);
    }
    assert.deepEqual(server.surprises, []);
  });
}

test("instructions are added to or replace those of Codex, byte for byte", async (t) => {
  const stage = await makeStage(t);
  const { server, world } = stage;
  const systemPrompt = `Say "yes" to 'all'.\n\t\\ true = 42 \u007f é🦀 ${"x".repeat(2_000)}`;
  server.script("added", [say()]);
  await launched(stage, { id: "added", prompt: "script:added", agentConfig: { systemPrompt } });
  const added = await firstRequest(server, "added");
  assert.equal(
    added.input.some(
      ({ role, content }) =>
        role === "developer" && content.some(({ text }) => text === systemPrompt),
    ),
    true,
  );

  const systemPromptFile = await world.write(`rules "of" ours.md`, "These are all the rules.");
  server.script("replaced", [say()]);
  await launched(stage, {
    id: "replaced",
    prompt: "script:replaced",
    agentConfig: { systemPromptFile },
  });
  const replaced = JSON.stringify((await firstRequest(server, "replaced")).body);
  assert.equal(replaced.includes("These are all the rules."), true);
});

const WHICH =
  "command -v git; echo profile=$FROM_PROFILE user=$FROM_USER; bash -lc 'command -v git'";

for (const version of ["0.45.0", "0.80.0", "0.118.0", "0.144.6", "0.150.1", CURRENT]) {
  test(`the git of a command that Codex ${version} runs is the wrapper, and the profile still counts`, async (t) => {
    const stage = await makeStage(t, { version });
    const { server, world } = stage;
    const git = await world.script("home/.ao/bin/git", "true");
    const mine = await world.write("home/my-env.sh", "export FROM_USER=yes\n");
    await world.write("home/.bashrc", `export BASH_ENV=${mine}\n`);
    await world.write("home/.bash_profile", "export FROM_PROFILE=yes\n");
    process.env.BASH_ENV = mine;
    server.script("which", [run(WHICH), say()]);
    await launched(stage, { prompt: "script:which" });
    const [, second] = await eventually(
      "the output of the command",
      () => requestsOf(server, "which").length === 2 && requestsOf(server, "which"),
      FIRST_REQUEST_MS,
    );
    // Older versions put JSON into the JSON.
    const output = JSON.stringify(second.input.filter(({ type }) => type?.endsWith("_output")));
    const lines = output.replaceAll("\\\\n", "\n").replaceAll("\\n", "\n").split("\n");
    const at = lines.indexOf("profile=yes user=yes");
    assert.deepEqual([lines[at - 1]?.endsWith(git), lines[at + 1]], [true, git], output);
  });
}
