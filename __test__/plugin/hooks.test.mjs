/** When a launch carries our hooks, and which. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { create } from "@ao/plugin-codex";
import { probeHooks, cachedHooksSync, listSessionEvents } from "@ao/plugin-codex/native";
import { verificationFlags } from "../../dist/launch/hooks/definition.js";
import { argumentsAfter, settingsOf } from "./support/arguments.mjs";
import { hookedCodex } from "./support/hooked-codex.mjs";
import { writeRollout } from "./support/rollout.mjs";
import { sessionOf } from "./support/session.mjs";
import { eventually } from "./support/wait.mjs";
import { makeWorld } from "./support/world.mjs";

const programOf = (world) => join(world.aoHome, "bin", "ao-codex-hook");

const config = (world, rest = {}) => ({
  sessionId: "app-1",
  projectConfig: { name: "app", path: world.root, ...rest },
});

/** The hooks of a launch; `undefined` where it has none. */
const hooksOf = async (world, command) => settingsOf(await argumentsAfter(world, command)).hooks;

/** Waits until the agent that was just made has its answer, whatever it is. */
const answered = async (world, binary) => {
  const known = () => cachedHooksSync(binary, verificationFlags(programOf(world)));
  await eventually("the answer", () => known() !== null);
  await eventually(
    "the program, where it is trusted",
    () =>
      (known().hooks ?? []).some((hook) => hook.trustStatus !== "trusted") ||
      existsSync(programOf(world)),
    2_000,
  ).catch(() => {
    // A Codex that lists none gets none.
  });
};

/** As CODEX-CLI documents it: the hash of the compact JSON with sorted keys. */
const trust = (event, command, timeout) => {
  const hooks = [{ async: false, command, timeout, type: "command" }];
  const text = JSON.stringify({ event_name: event, hooks });
  return `"/<session-flags>/config.toml:${event}:0:0"={trusted_hash="sha256:${createHash("sha256").update(text).digest("hex")}"}`;
};

const handler = (event, command, timeout) =>
  `${event}=[{hooks=[{type="command",command="${command}",timeout=${timeout}}]}]`;

test("a launch and a resume carry the hooks that this Codex trusts, and where they note is noted", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world);
  const agent = create();
  await answered(world, binary);
  const program = programOf(world);
  const expected = `{${[
    handler("UserPromptSubmit", program, 5),
    handler("PermissionRequest", program, 5),
    handler("Stop", program, 5),
    handler("Interrupt", program, 1),
    handler("PostToolUse", program, 15),
  ].join(",")},state={${[
    trust("user_prompt_submit", program, 5),
    trust("permission_request", program, 5),
    trust("stop", program, 5),
    trust("interrupt", program, 1),
    trust("post_tool_use", program, 15),
  ].join(",")}}}`;
  assert.equal(await hooksOf(world, agent.getLaunchCommand(config(world))), expected);
  const events = () => listSessionEvents({ aoHome: world.aoHome });
  const [launched] = await eventually("the launch", async () => {
    const found = await events();
    return found.length > 0 && found;
  });
  assert.deepEqual([launched.threads, launched.launchedAtMs > 0], [[], true]);

  const workspacePath = await world.directory("tree");
  // It began after the launch, or it would be somebody else's.
  const meta = { timestamp: new Date().toISOString() };
  const { path, threadId } = await writeRollout(world.codexHome, { cwd: workspacePath, meta });
  const session = sessionOf({ id: "app-1", workspacePath });
  const resume = await agent.getRestoreCommand(session, config(world).projectConfig);
  assert.equal(await hooksOf(world, resume), expected);
  const [resumed] = await eventually("the thread", async () => {
    const found = await events();
    return found[0].threads.length > 0 && found;
  });
  assert.deepEqual(
    resumed.threads.map((thread) => [thread.threadId, thread.rolloutPath]),
    [[threadId, path]],
  );
});

test("a Codex that does not know an event we can do without gets the others", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world, { listed: "no interrupt" });
  const agent = create();
  await answered(world, binary);
  const hooks = await hooksOf(world, agent.getLaunchCommand(config(world)));
  assert.deepEqual(hooks.match(/\w+(?==\[\{hooks)/g), [
    "UserPromptSubmit",
    "PermissionRequest",
    "Stop",
    "PostToolUse",
  ]);
  assert.doesNotMatch(hooks, /interrupt/i);
});

for (const listed of [
  "untrusted",
  "one modified",
  "no stop",
  "no trust at all",
  "another command",
  "none",
  "an error",
]) {
  test(`a Codex that answers with ${listed} gets no hooks, and nothing is installed for it`, async (t) => {
    const world = await makeWorld(t);
    const binary = await hookedCodex(world, { listed });
    const agent = create();
    await answered(world, binary);
    assert.equal(await hooksOf(world, agent.getLaunchCommand(config(world))), undefined);
    assert.equal(existsSync(world.aoHome), false);
  });
}

test("a launch before the answer is known goes without", async (t) => {
  const world = await makeWorld(t);
  await hookedCodex(world);
  assert.equal(await hooksOf(world, create().getLaunchCommand(config(world))), undefined);
});

test("hooks can be turned off, for all by an option and for a project by its agentConfig", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world);
  const agent = create();
  await answered(world, binary);
  const off = [
    create({ hooks: false }).getLaunchCommand(config(world)),
    agent.getLaunchCommand(config(world, { agentConfig: { hooks: false } })),
  ];
  process.env.AO_CODEX_HOOKS = "off";
  t.after(() => delete process.env.AO_CODEX_HOOKS);
  off.push(create().getLaunchCommand(config(world)));
  for (const command of off) assert.equal(await hooksOf(world, command), undefined);
});

test("a program that is gone is not given to Codex", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world);
  const agent = create();
  await answered(world, binary);
  await rm(programOf(world));
  assert.equal(await hooksOf(world, agent.getLaunchCommand(config(world))), undefined);
});

test("a binary is asked once, by however many, in a home of its own, and again when it was replaced", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world);
  const asked = async () => {
    const text = await readFile(world.path("asked"), "utf8").catch(() => "");
    return text.split("\n").slice(0, -1);
  };
  create();
  await answered(world, binary);
  create();
  await probeHooks(binary, verificationFlags(programOf(world)));
  const [home, ...more] = await asked();
  assert.deepEqual(more, []);
  assert.equal(home.startsWith(world.codexHome), false);
  assert.equal(existsSync(home), false);
  await hookedCodex(world, { listed: "untrusted" });
  const agent = create();
  await answered(world, binary);
  assert.equal((await asked()).length, 2);
  assert.equal(await hooksOf(world, agent.getLaunchCommand(config(world))), undefined);
});

test("a Codex that is replaced while the orchestrator runs is asked by the next launch", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world, { listed: "untrusted" });
  const agent = create();
  await answered(world, binary);
  assert.equal(await hooksOf(world, agent.getLaunchCommand(config(world))), undefined);
  await hookedCodex(world);
  agent.getLaunchCommand(config(world));
  await eventually(
    "a launch with hooks",
    async () => (await hooksOf(world, agent.getLaunchCommand(config(world)))) !== undefined,
  );
});

test("what cannot be remembered on disk is remembered by the process", async (t) => {
  const world = await makeWorld(t);
  process.env.XDG_CACHE_HOME = await world.write("cache", "a file where a directory should be");
  await hookedCodex(world);
  const agent = create();
  await eventually("the program", () => existsSync(programOf(world)));
  assert.notEqual(await hooksOf(world, agent.getLaunchCommand(config(world))), undefined);
  assert.equal((await readFile(world.path("asked"), "utf8")).trim().split("\n").length, 1);
});

test("an orchestrator's home with a space and a quote in its name is one word of the hook's command", async (t) => {
  const world = await makeWorld(t);
  const binary = await hookedCodex(world);
  const aoHome = world.path("it's here", ".ao");
  const program = join(aoHome, "bin", "ao-codex-hook");
  const agent = create({ aoHome });
  await eventually("the program", () => existsSync(program));
  assert.notEqual(cachedHooksSync(binary, verificationFlags(program)), null);
  const hooks = await hooksOf(world, agent.getLaunchCommand(config(world)));
  const [, command] = /command=("(?:[^"\\]|\\.)*")/.exec(hooks);
  assert.equal(JSON.parse(command), `'${program.replaceAll("'", `'\\''`)}'`);
});

test("a script of the user's that adds a profile keeps the hooks of the Codex behind it", async (t) => {
  const world = await makeWorld(t);
  const real = await hookedCodex(world, { at: "real/codex" });
  // As Codex does: a profile only where a session runs.
  const strict = await world.script(
    "strict/codex",
    `if [ "$1" = -p ]; then
  case "$3" in app-server|debug) echo "--profile only applies to runtime commands" >&2; exit 1;; esac
  shift 2
fi
exec "${real}" "$@"`,
  );
  const binary = await world.script("bin/codex", `exec ${strict} -p work "$@"`);
  const agent = create();
  await answered(world, binary);
  assert.match(await hooksOf(world, agent.getLaunchCommand(config(world))), /UserPromptSubmit/);
});
