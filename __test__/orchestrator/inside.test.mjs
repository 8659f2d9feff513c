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

const firstRequest = (stage, name) =>
  eventually("the first request", () => stage.requestsOf(name)[0], FIRST_REQUEST_MS);

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
      stage.script(name, [say()]);
      await launched(stage, { id: name, prompt });
      assert.equal(saidIn(await firstRequest(stage, name)), prompt, name);
    }
    assert.deepEqual(server.surprises, []);
  });
}

test("instructions are added to or replace those of Codex, byte for byte", async (t) => {
  const stage = await makeStage(t);
  const { world } = stage;
  const systemPrompt = `Say "yes" to 'all'.\n\t\\ true = 42 \u007f é🦀 ${"x".repeat(2_000)}`;
  stage.script("added", [say()]);
  await launched(stage, { id: "added", prompt: "script:added", agentConfig: { systemPrompt } });
  const added = await firstRequest(stage, "added");
  assert.equal(
    added.input.some(
      ({ role, content }) =>
        role === "developer" && content.some(({ text }) => text === systemPrompt),
    ),
    true,
  );

  const systemPromptFile = await world.write(`rules "of" ours.md`, "These are all the rules.");
  stage.script("replaced", [say()]);
  await launched(stage, {
    id: "replaced",
    prompt: "script:replaced",
    agentConfig: { systemPromptFile },
  });
  const replaced = JSON.stringify((await firstRequest(stage, "replaced")).body);
  assert.equal(replaced.includes("These are all the rules."), true);
});

const WHICH =
  "command -v git; echo profile=$FROM_PROFILE user=$FROM_USER config=$FROM_CONFIG; bash -lc 'command -v git'";

/** The user's own part of the tables that a launch adds to. */
const CONFIG = `
[shell_environment_policy]
set = { FROM_CONFIG = "yes" }

[projects."/home/dev/other"]
trust_level = "untrusted"
`;

for (const version of ["0.45.0", "0.80.0", "0.118.0", "0.144.6", "0.150.1", CURRENT]) {
  test(`the git of a command that Codex ${version} runs is the wrapper, and what the user configured still counts`, async (t) => {
    const stage = await makeStage(t, { version, codexConfig: CONFIG });
    const { world } = stage;
    const git = await world.script("home/.ao/bin/git", "true");
    const mine = await world.write("home/my-env.sh", "export FROM_USER=yes\n");
    await world.write("home/.bashrc", `export BASH_ENV=${mine}\n`);
    await world.write("home/.bash_profile", "export FROM_PROFILE=yes\n");
    process.env.BASH_ENV = mine;
    stage.script("which", [run(WHICH), say()]);
    await launched(stage, { prompt: "script:which" });
    const [, second] = await eventually(
      "the output of the command",
      () => stage.requestsOf("which").length === 2 && stage.requestsOf("which"),
      FIRST_REQUEST_MS,
    );
    // Older versions put JSON into the JSON.
    const output = JSON.stringify(second.input.filter(({ type }) => type?.endsWith("_output")));
    const lines = output.replaceAll("\\\\n", "\n").replaceAll("\\n", "\n").split("\n");
    const at = lines.indexOf("profile=yes user=yes config=yes");
    assert.deepEqual([lines[at - 1]?.endsWith(git), lines[at + 1]], [true, git], output);
  });
}
