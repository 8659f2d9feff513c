/** What an agent can do inside of Codex's sandbox, in the work tree that the orchestrator makes for it. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { makeStage } from "./support/stage.mjs";
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

const triedIn = async (t, { version, permissions, extra = {}, config = "" }) => {
  const agentConfig = { permissions, ...extra };
  const stage = await makeStage(t, { version, agentConfig, parent: OUTSIDE_OF_TMP });
  const { path, server, sessions, world } = stage;
  const own = await world.directory("home/of-the-user");
  await world.write(
    "home/.codex/config.toml",
    `${await readFile(join(world.codexHome, "config.toml"), "utf8")}
[sandbox_workspace_write]
writable_roots = ["${own}"]
${config}`,
  );
  const script = scriptOf({ common: join(path, ".git"), server: server.origin, into: "result" });
  await world.write("try.sh", script);
  stage.script("try", [run(`bash ${world.path("try.sh")}`), say()]);
  const session = await sessions.spawn({ projectId: "app", prompt: "Follow script:try now." });
  const text = await eventually(
    "what came of the tries",
    () => readFile(join(session.workspacePath, "result"), "utf8").catch(() => null),
    TURN_MS,
  );
  return {
    codes: Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([name, code]) => [name, code === "0"]),
    ),
    metadata: await metadataOf(world, session.id),
  };
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
