/** What a session's commands leave in its metadata, whoever else stands between the agent and git. */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { agentOf, binaryOf, startIn } from "./support/hooked.mjs";
import { screenOf } from "./support/screen.mjs";
import { MODEL, makeStage } from "./support/stage.mjs";
import { CURRENT, SANDBOXED } from "./support/versions.mjs";

const URL = "https://github.com/acme/app/pull/7";

/** A Codex in a Codex, on a machine that does other things. */
const COMMANDS_MS = 150_000;

/** A session in a linked work tree, whose commands run one after the other; answers when the last has run. */
const ranIn = async (t, { version = CURRENT, commands, prepare = () => {} }) => {
  const binary = await binaryOf(version);
  const stage = await makeStage(t, { version });
  const { path, world } = stage;
  const agent = await agentOf(stage, binary);
  const tree = world.path("trees/app-1");
  await world.git("-C", path, "worktree", "add", "-q", "--detach", tree);
  const data = await world.directory("home/.agent-orchestrator/app/sessions");
  const file = await world.write(
    "home/.agent-orchestrator/app/sessions/app-1",
    `worktree=${tree}\n`,
  );
  await world.script("bin/gh", `echo ${URL}`);
  await agent.preLaunchSetup(tree);
  await prepare(stage);
  stage.script("work", [...commands(stage).map((command) => run(command)), say("Done.")]);
  const config = {
    sessionId: "app-1",
    prompt: "Follow script:work now.",
    model: MODEL,
    permissions: "permissionless",
    projectConfig: { name: "app", path },
  };
  const session = await startIn(stage, agent, {
    id: "app-1",
    path: tree,
    command: agent.getLaunchCommand(config),
    environment: {
      ...agent.getEnvironment(config),
      AO_SESSION: "app-1",
      AO_DATA_DIR: data,
    },
  });
  await eventually(
    "the last command",
    () => stage.requestsOf("work").length > commands(stage).length,
    COMMANDS_MS,
  ).catch(async (error) => {
    throw new Error(`${error.message}:\n${await screenOf(session.runtimeHandle)}`);
  });
  return { stage, tree, metadata: await readFile(file, "utf8") };
};

for (const version of SANDBOXED) {
  test(`a hook of Codex ${version} notes a branch and a pull request that no wrapper sees`, async (t) => {
    const { metadata } = await ranIn(t, {
      version,
      // The profile has set PATH anew.
      commands: ({ world }) => [
        "git checkout -q -b feat/seen",
        `${world.path("bin/gh")} pr create --fill`,
      ],
      prepare: async ({ world }) => {
        for (const name of ["git", "gh"]) await rm(join(world.aoHome, "bin", name));
      },
    });
    assert.match(metadata, /^branch=feat\/seen$/m);
    assert.match(metadata, new RegExp(`^pr=${URL}$`, "m"));
  });
}

/** Another tool's: it runs the next git in PATH that is not its own. */
const shim = (directory) => `
IFS=:
for dir in $PATH; do
  [ "$dir" = "${directory}" ] && continue
  [ -x "$dir/git" ] && exec "$dir/git" "$@"
done
exit 127`;

for (const where of ["in front", "behind"]) {
  test(`another tool's git ${where} of ours neither loops nor hides a branch`, async (t) => {
    const { metadata } = await ranIn(t, {
      commands: ({ world }) => [
        where === "in front"
          ? `PATH=${world.path("shims")}:$PATH git checkout -q -b feat/shim`
          : `PATH="\${PATH%%:*}:${world.path("shims")}:\${PATH#*:}" git checkout -q -b feat/shim`,
      ],
      prepare: ({ world }) => world.script("shims/git", shim(world.path("shims"))),
    });
    assert.match(metadata, /^branch=feat\/shim$/m);
  });
}

test("an agent that an agent starts meets the same git, and its branch is the session's", async (t) => {
  const { metadata, tree } = await ranIn(t, {
    commands: ({ world }) => [
      `${world.path("bin/codex")} exec --dangerously-bypass-approvals-and-sandbox "Follow script:inner now." </dev/null >/dev/null 2>&1`,
    ],
    prepare: (stage) =>
      stage.script("inner", [
        run("command -v git >which; git checkout -q -b feat/inner"),
        say("Done."),
      ]),
  });
  const which = await readFile(join(tree, "which"), "utf8");
  assert.match(which, /\/\.ao\/bin\/git\n$/);
  assert.match(metadata, /^branch=feat\/inner$/m);
});
