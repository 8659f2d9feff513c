/** What an agent can do inside of Codex's sandbox, in the work tree that the orchestrator makes for it. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { startIn } from "./support/hooked.mjs";
import { MODEL, makeStage } from "./support/stage.mjs";
import { SANDBOXED } from "./support/versions.mjs";

/** Codex lets every command write below the temporary directory. */
const OUTSIDE_OF_TMP = "/var/tmp";

const TURN_MS = 60_000;

/** One line for each: what was tried, and the exit code. */
const TRIES = {
  branch: "git checkout -q -b feat/inside",
  // Who it is by stands in a file that a core environment does not name.
  commit: "git -c user.name=Dev -c user.email=dev@example.com commit -q --allow-empty -m inside",
  hooks: 'touch "$COMMON/hooks/post-checkout"',
  config: 'echo "[core]" >> "$COMMON/config"',
  packed: 'touch "$COMMON/packed-refs"',
  // Said in SECURITY.md.
  commondir: 'touch "$(git rev-parse --git-dir)/commondir"',
  home: "touch ~/outside",
  own: "touch ~/of-the-user/allowed",
  data: '[ -n "$AO_SESSION" ] && [ -w "$AO_DATA_DIR/$AO_SESSION" ]',
  network: `node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "$SERVER"`,
};

const scriptOf = ({ common, server, into }) =>
  [
    `COMMON=${common} SERVER=${server}`,
    ...Object.entries(TRIES).map(
      ([name, command]) => `( ${command} ) >/dev/null 2>&1; echo "${name} $?" >> result.new`,
    ),
    `mv result.new ${into}`,
  ].join("\n");

/** Below `<project>/sessions`, where Codex's sandbox makes and removes directories of its own meanwhile. */
const metadataOf = async (world, id) => {
  const root = join(world.home, ".agent-orchestrator");
  for (const project of await readdir(root)) {
    const text = await readFile(join(root, project, "sessions", id), "utf8").catch(() => null);
    if (text !== null) return text;
  }
  throw new Error(`no metadata of ${id} below ${root}`);
};

/** A stage outside of the temporary directory, whose user has a writable directory of their own. */
const sandboxStage = async (t, { version, agentConfig, topLevel = "", config = "" }) => {
  const stage = await makeStage(t, { version, agentConfig, parent: OUTSIDE_OF_TMP });
  const { world } = stage;
  const own = await world.directory("home/of-the-user");
  await world.write(
    "home/.codex/config.toml",
    `${topLevel}
${await readFile(join(world.codexHome, "config.toml"), "utf8")}
[sandbox_workspace_write]
writable_roots = ["${own}"]
${config}`,
  );
  return stage;
};

/** Has the model run every try in the repository whose `.git` is `common`. */
const script = async ({ server, world, ...stage }, common) => {
  const text = scriptOf({ common, server: server.origin, into: "result" });
  await world.write("try.sh", text);
  stage.script("try", [run(`bash ${world.path("try.sh")}`), say()]);
};

/** Whether each try went well. */
const codesIn = async (workspacePath) => {
  const text = await eventually(
    "what came of the tries",
    () => readFile(join(workspacePath, "result"), "utf8").catch(() => null),
    TURN_MS,
  );
  const lines = text.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(" ")).map(([name, code]) => [name, code === "0"]),
  );
};

const triedIn = async (t, { version, permissions, extra = {}, config }) => {
  const agentConfig = { permissions, ...extra };
  const stage = await sandboxStage(t, { version, agentConfig, config });
  await script(stage, join(stage.path, ".git"));
  const session = await stage.sessions.spawn({
    projectId: "app",
    prompt: "Follow script:try now.",
  });
  const codes = await codesIn(session.workspacePath);
  return { codes, metadata: await metadataOf(stage.world, session.id) };
};

/** The orchestrator's workspace plugin for clones is not on npm: a clone, started as the orchestrator starts it. */
const triedInClone = async (
  t,
  { version, permissions, workspacePath, agentConfig = {}, topLevel },
) => {
  const stage = await sandboxStage(t, { version, agentConfig: {}, topLevel });
  const { agent, world } = stage;
  const clone = world.path("clones/app-1");
  await world.git("clone", "-q", stage.path, clone);
  const data = await world.directory("home/.agent-orchestrator/app/sessions");
  await world.write("home/.agent-orchestrator/app/sessions/app-1", `worktree=${clone}\n`);
  await script(stage, join(clone, ".git"));
  await agent.preLaunchSetup(clone);
  const config = {
    sessionId: "app-1",
    prompt: "Follow script:try now.",
    model: MODEL,
    permissions,
    projectConfig: { name: "app", path: stage.path, workspace: "clone", agentConfig },
    ...(workspacePath && { workspacePath: clone }),
  };
  await startIn(stage, agent, {
    id: "app-1",
    path: clone,
    command: agent.getLaunchCommand(config),
    environment: {
      ...agent.getEnvironment(config),
      AO_SESSION: "app-1",
      AO_DATA_DIR: data,
    },
  });
  return { codes: await codesIn(clone), metadata: await metadataOf(world, "app-1") };
};

const CAN = { branch: true, commit: true, commondir: true, own: true, data: true };
const CANNOT = { hooks: false, config: false, packed: false, home: false };

for (const version of SANDBOXED) {
  test(`with auto-edit an agent of Codex ${version} commits, branches, reports and has the network, and no more`, async (t) => {
    const { codes, metadata } = await triedIn(t, { version, permissions: "auto-edit" });
    assert.deepEqual(codes, { ...CAN, ...CANNOT, network: true });
    assert.match(metadata, /^branch=feat\/inside$/m);
  });

  test(`with auto-edit and without the network an agent of Codex ${version} still commits and reports, whatever part of the environment it is given`, async (t) => {
    const { codes, metadata } = await triedIn(t, {
      version,
      permissions: "auto-edit",
      extra: { networkAccess: false },
      config: `[shell_environment_policy]\ninherit = "core"\nexclude = ["AO_*"]\n`,
    });
    assert.deepEqual(codes, { ...CAN, ...CANNOT, network: false });
    assert.match(metadata, /^branch=feat\/inside$/m);
  });
}

/** All of a clone is its own; what runs commands is not opened. */
const CAN_IN_CLONE = { ...CAN, packed: true };
const CANNOT_IN_CLONE = { hooks: false, config: false, home: false };

for (const version of SANDBOXED) {
  for (const workspacePath of [true, false]) {
    const known = workspacePath ? "named" : "known to its shell";
    test(`with auto-edit an agent of Codex ${version} works in a clone that is ${known}, and no more`, async (t) => {
      const { codes, metadata } = await triedInClone(t, {
        version,
        permissions: "auto-edit",
        workspacePath,
      });
      assert.deepEqual(codes, { ...CAN_IN_CLONE, ...CANNOT_IN_CLONE, network: true });
      assert.match(metadata, /^branch=feat\/inside$/m);
    });
  }

  test(`with default an agent of Codex ${version} works in a clone, without the network`, async (t) => {
    const { codes, metadata } = await triedInClone(t, { version, permissions: "default" });
    assert.deepEqual(codes, { ...CAN_IN_CLONE, ...CANNOT_IN_CLONE, network: false });
    assert.match(metadata, /^branch=feat\/inside$/m);
  });
}

for (const version of SANDBOXED) {
  test(`a clone opens as much where the sandbox of Codex ${version} is chosen by name`, async (t) => {
    const { codes, metadata } = await triedInClone(t, {
      version,
      permissions: "auto-edit",
      agentConfig: { sandbox: "workspace-write", networkAccess: false },
      topLevel: 'sandbox_mode = "workspace-write"',
    });
    assert.deepEqual(codes, { ...CAN_IN_CLONE, ...CANNOT_IN_CLONE, network: false });
    assert.match(metadata, /^branch=feat\/inside$/m);
  });
}
