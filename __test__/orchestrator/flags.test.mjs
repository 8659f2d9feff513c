import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { create } from "@ao/plugin-codex";
import * as native from "@ao/plugin-codex/native";
import { installCodex } from "../codex/install.mjs";
import { writeRollout } from "../plugin/support/rollout.mjs";
import { sessionOf } from "../plugin/support/session.mjs";
import { makeWorld } from "../plugin/support/world.mjs";
import { CURRENT, VERSIONS } from "./support/versions.mjs";

const run = promisify(execFile);

const PERMISSIONS = ["permissionless", "skip", "auto-edit", "suggest", "default"];

/** Both end at once, and with an error where a flag before them is not accepted. */
const ENDS = { launch: "--version", resume: "--help" };

/** `null`, or what the binary has against the command. */
const refusal = async (world, command) => {
  const result = await run("sh", ["-c", command], { cwd: world.root }).catch((error) => error);
  return (result.code ?? 0) === 0 ? null : result.stderr;
};

const stageOf = async (t, version) => {
  const binary = await installCodex(version);
  const world = await makeWorld(t);
  await symlink(binary, world.path("bin/codex"));
  const workspacePath = await world.directory("tree");
  await writeRollout(world.codexHome, { cwd: workspacePath });
  const systemPromptFile = await world.write("rules.md", "Be kind.");
  return { world, session: sessionOf({ workspacePath }), systemPromptFile };
};

const commandsOf = async (world, session, extra) => {
  const agent = create();
  const project = (permissions) => ({
    name: "app",
    path: world.root,
    agentConfig: { permissions, model: "o3", ...extra },
  });
  const commands = [];
  for (const permissions of PERMISSIONS) {
    const launch = agent.getLaunchCommand({
      sessionId: "app-1",
      permissions,
      model: "o3",
      projectConfig: project(permissions),
    });
    const resume = await agent.getRestoreCommand(session, project(permissions));
    commands.push([`launch ${permissions}`, `${launch} ${ENDS.launch}`]);
    commands.push([`resume ${permissions}`, `${resume} ${ENDS.resume}`]);
  }
  return commands;
};

for (const version of VERSIONS) {
  test(`Codex ${version} accepts every launch and every resume`, async (t) => {
    const { world, session, systemPromptFile } = await stageOf(t, version);
    const facts = await native.probeBinary(world.path("bin/codex"));
    assert.equal(facts.version, version);
    for (const extra of [{ systemPrompt: "Be kind." }, { systemPromptFile }]) {
      for (const [name, command] of await commandsOf(world, session, extra)) {
        assert.equal(await refusal(world, command), null, name);
      }
    }
  });

  test(`Codex ${version} accepts the flags of the newest one when nothing is known of it`, async (t) => {
    const { world, session } = await stageOf(t, version);
    // A cache that cannot be written, and an answer that comes when all launches are composed.
    process.env.XDG_CACHE_HOME = await world.write("cache", "a file where a directory should be");
    const slow = world.path("bin/codex");
    const answers = world.path("answers");
    const wait = `until [ -e "${answers}" ]; do sleep 0.05; done`;
    await world.script("slow/codex", `[ $# -gt 1 ] || ${wait}\nexec "${slow}" "$@"`);
    process.env.AO_CODEX_BINARY = world.path("slow/codex");
    const agent = create();
    const launches = PERMISSIONS.map((permissions) =>
      agent.getLaunchCommand({
        sessionId: session.id,
        permissions,
        projectConfig: { name: "app", path: world.root },
      }),
    );
    await world.write("answers", "");
    for (const [at, permissions] of PERMISSIONS.entries()) {
      const launch = launches[at];
      assert.equal(await refusal(world, `${launch} ${ENDS.launch}`), null, permissions);
    }
  });
}

test("a flag that is not accepted is seen by these tests", async (t) => {
  const { world } = await stageOf(t, CURRENT);
  const wrong = "--ask-for-approval untrusted";
  assert.match(await refusal(world, `codex ${wrong} ${ENDS.launch}`), /invalid value 'untrusted'/);
  assert.match(
    await refusal(world, `codex resume ${wrong} some-id ${ENDS.resume}`),
    /invalid value 'untrusted'/,
  );
});
