/** What an agent can do inside of Codex's sandbox, in the work tree that the orchestrator makes for it. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { comesTo, startIn } from "./support/hooked.mjs";
import { pressIn, screenOf } from "./support/screen.mjs";
import { MODEL, makeStage } from "./support/stage.mjs";
import { SANDBOXED } from "./support/versions.mjs";

/** Codex lets every command write below the temporary directory. */
const OUTSIDE_OF_TMP = "/var/tmp";

const TURN_MS = 180_000;

const PR = "https://github.com/acme/app/pull/7";

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
  pr: "gh pr create --fill",
  data: '[ -n "$AO_SESSION" ] && [ -w "$AO_DATA_DIR/$AO_SESSION" ]',
  network: `node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "$SERVER"`,
};

const scriptOf = ({ common, server, into }) =>
  [
    `COMMON=${common} SERVER=${server}`,
    ...Object.entries(TRIES).map(
      ([name, command]) =>
        `( ${command} ) >/dev/null 2>&1; echo "${name} $?" | tee -a result.new 2>/dev/null`,
    ),
    `mv result.new ${into} 2>/dev/null`,
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
  await world.script("bin/gh", `echo ${PR}`);
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

/** The model runs every try, and once more with a question to the person where `escalated` says so. */
const ONCE = [{}];
/** Codex tells the model of a command that takes longer before it has ended. */
const WHOLE = { yield_time_ms: 30_000 };
const TWICE = [
  WHOLE,
  { ...WHOLE, sandbox_permissions: "require_escalated", justification: "to see" },
];

/** Has the model run every try in the repository whose `.git` is `common`, once for each of `steps`. */
const script = async ({ server, world, ...stage }, common, steps) => {
  const text = scriptOf({ common, server: server.origin, into: "result" });
  await world.write("try.sh", text);
  const command = `bash ${world.path("try.sh")}`;
  stage.script("try", [...steps.map((extra) => run(command, extra)), say()]);
};

/** Whether each try went well, as the model was told it after its last command. */
const toldIn = ({ input }) => {
  const text = JSON.stringify(input.findLast(({ type }) => type === "function_call_output"));
  const lines = text.matchAll(new RegExp(`(${Object.keys(TRIES).join("|")}) (\\d+)`, "g"));
  return Object.fromEntries([...lines].map(([, name, code]) => [name, code === "0"]));
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

const inTree = async (t, { version, permissions, extra = {}, config, steps = ONCE }) => {
  const agentConfig = { permissions, ...extra };
  const stage = await sandboxStage(t, { version, agentConfig, config });
  const common = join(stage.path, ".git");
  await script(stage, common, steps);
  const prompt = "Follow script:try now.";
  const session = await stage.sessions.spawn({ projectId: "app", prompt });
  return { stage, session, common };
};

const triedIn = async (t, options) => {
  const { session, stage } = await inTree(t, options);
  const codes = await codesIn(session.workspacePath);
  return { codes, metadata: await metadataOf(stage.world, session.id) };
};

/** The orchestrator's workspace plugin for clones is not on npm: a clone, started as the orchestrator starts it. */
const inClone = async (
  t,
  { version, permissions, workspacePath, agentConfig = {}, topLevel, steps = ONCE },
) => {
  const stage = await sandboxStage(t, { version, agentConfig: {}, topLevel });
  const { agent, world } = stage;
  const clone = world.path("clones/app-1");
  await world.git("clone", "-q", stage.path, clone);
  const data = await world.directory("home/.agent-orchestrator/app/sessions");
  await world.write("home/.agent-orchestrator/app/sessions/app-1", `worktree=${clone}\n`);
  const common = join(clone, ".git");
  await script(stage, common, steps);
  await agent.preLaunchSetup(clone);
  const config = {
    sessionId: "app-1",
    prompt: "Follow script:try now.",
    model: MODEL,
    permissions,
    projectConfig: { name: "app", path: stage.path, workspace: "clone", agentConfig },
    ...(workspacePath && { workspacePath: clone }),
  };
  const session = await startIn(stage, agent, {
    id: "app-1",
    path: clone,
    command: agent.getLaunchCommand(config),
    environment: {
      ...agent.getEnvironment(config),
      AO_SESSION: "app-1",
      AO_DATA_DIR: data,
    },
  });
  return { stage, session, common };
};

const triedInClone = async (t, options) => {
  const { session, stage } = await inClone(t, options);
  const codes = await codesIn(session.workspacePath);
  return { codes, metadata: await metadataOf(stage.world, "app-1") };
};

/** The branch and the pull request that the orchestrator is told of. */
const notedIn = (metadata) =>
  ["branch", "pr"].map((key) => metadata.match(new RegExp(`^${key}=(.*)$`, "m"))?.[1] ?? null);

const NOTED = ["feat/inside", PR];

/** What a person may let Codex pass on to commands. */
const POLICIES = {
  "a core environment": 'inherit = "core"\nexclude = ["AO_*"]',
  "the variables that a list names": 'include_only = ["LANG"]',
};

const CAN = { branch: true, commit: true, commondir: true, own: true, pr: true, data: true };
const CANNOT = { hooks: false, config: false, packed: false, home: false };

for (const version of SANDBOXED) {
  test(`with auto-edit an agent of Codex ${version} commits, branches, reports and has the network, and no more`, async (t) => {
    const { codes, metadata } = await triedIn(t, { version, permissions: "auto-edit" });
    assert.deepEqual(codes, { ...CAN, ...CANNOT, network: true });
    assert.deepEqual(notedIn(metadata), NOTED);
  });

  for (const [what, policy] of Object.entries(POLICIES)) {
    test(`with auto-edit, without the network and with ${what}, an agent of Codex ${version} still commits and reports`, async (t) => {
      const { codes, metadata } = await triedIn(t, {
        version,
        permissions: "auto-edit",
        extra: { networkAccess: false },
        config: `[shell_environment_policy]\n${policy}\n`,
      });
      assert.deepEqual(codes, { ...CAN, ...CANNOT, network: false });
      assert.deepEqual(notedIn(metadata), NOTED);
    });
  }
}

for (const version of SANDBOXED) {
  test(`with default an agent of Codex ${version} commits, branches and reports in a work tree, without the network`, async (t) => {
    const { codes, metadata } = await triedIn(t, { version, permissions: "default" });
    assert.deepEqual(codes, { ...CAN, ...CANNOT, network: false });
    assert.deepEqual(notedIn(metadata), NOTED);
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
      assert.deepEqual(notedIn(metadata), NOTED);
    });
  }

  test(`with default an agent of Codex ${version} works in a clone, without the network`, async (t) => {
    const { codes, metadata } = await triedInClone(t, { version, permissions: "default" });
    assert.deepEqual(codes, { ...CAN_IN_CLONE, ...CANNOT_IN_CLONE, network: false });
    assert.deepEqual(notedIn(metadata), NOTED);
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
    assert.deepEqual(notedIn(metadata), NOTED);
  });
}

/** Up to 0.149 `suggest` asks before each command, and runs what was allowed in the sandbox. */
const ASKING = ["0.144.6"];

const PLACES = {
  "work tree": { begin: inTree, can: { ...CAN, ...CANNOT } },
  clone: { begin: inClone, can: { ...CAN_IN_CLONE, ...CANNOT_IN_CLONE } },
};

/** Waits for the question, and answers with what the model was told before it. */
const askedIn = async ({ session, stage }) => {
  await comesTo(stage.agent, session, "waiting_input", TURN_MS);
  // A hook tells of it before the screen shows it.
  await eventually(
    "the question",
    async () =>
      stage.agent.detectActivity(await screenOf(session.runtimeHandle)) === "waiting_input",
    TURN_MS,
  );
  return stage.requestsOf("try").slice(1).map(toldIn);
};

const branchIn = ({ common, stage }) =>
  stage.world.git("--git-dir", common, "branch", "--list", "feat/inside");

/** Says yes; what came of it, and what the orchestrator is told. */
const allowedIn = async ({ session, stage }) => {
  await pressIn(session.runtimeHandle, "y");
  const codes = await codesIn(session.workspacePath);
  return { codes, noted: notedIn(await metadataOf(stage.world, session.id)) };
};

for (const version of ASKING) {
  for (const [place, { begin, can }] of Object.entries(PLACES)) {
    test(`with suggest an agent of Codex ${version} asks first, and what is allowed commits and reports in a ${place}, and no more`, async (t) => {
      const scene = await begin(t, { version, permissions: "suggest", steps: ONCE });
      assert.deepEqual(await askedIn(scene), []);
      assert.equal(await branchIn(scene), "");
      const { codes, noted } = await allowedIn(scene);
      assert.deepEqual([codes, noted], [{ ...can, network: false }, NOTED]);
    });
  }
}

/** What all tries come to where nobody has allowed one, and where a person let them run without the sandbox. */
const ALL = (isDone) => Object.fromEntries(Object.keys(TRIES).map((name) => [name, isDone]));

for (const version of SANDBOXED.filter((one) => !ASKING.includes(one))) {
  for (const [place, { begin }] of Object.entries(PLACES)) {
    test(`with suggest an agent of Codex ${version} changes nothing in a ${place} unasked, and reports what a person has allowed`, async (t) => {
      const scene = await begin(t, { version, permissions: "suggest", steps: TWICE });
      assert.deepEqual(await askedIn(scene), [{ ...ALL(false), pr: true }]);
      assert.equal(await branchIn(scene), "");
      const { codes, noted } = await allowedIn(scene);
      assert.deepEqual([codes, noted], [ALL(true), NOTED]);
    });
  }
}
