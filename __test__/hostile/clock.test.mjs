/**
 * A clock that is set during a run, and before one: nothing is lost, nothing is made up, and a session stays what it
 * is. Only the clock of the process that asks is set; what it asks about goes on by the machine's own.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HOUR_MS } from "../support/clock.mjs";
import { run } from "../support/command.mjs";
import { event, tokenCount, turnContext, writeRollout } from "../plugin/support/rollout.mjs";
import { makeWorld } from "../plugin/support/world.mjs";

const PROGRAM = fileURLToPath(new URL("programs/ask-as-the-clock-is-set.mjs", import.meta.url));

const YEAR_MS = 365 * 24 * HOUR_MS;

/** As the library spells them, with the milliseconds that the clock is off. */
const AS_IT_IS = ["+0", 0];
const BACK = ["-1h", -HOUR_MS];
const AHEAD = ["+1y", YEAR_MS];

/** What a test machine's clock may be off by itself, as the seconds that a busy one takes for an answer. */
const SLACK_MS = HOUR_MS / 2;

const RESPONSE = [100, 10, 20];

/** A running Codex whose hooks have told of these events of its first turn. */
const sceneOf = async (t, events) => {
  const world = await makeWorld(t);
  const workspace = await world.directory("tree");
  const codex = spawn(await world.sleeper("bin/codex"), ["600"], { stdio: "ignore" });
  t.after(() => codex.kill("SIGKILL"));
  const createdAt = Date.now();
  const records = [event("task_started", { turn_id: "turn-1" }), turnContext("gpt-5.2-codex")];
  const rollout = await writeRollout(world.codexHome, { cwd: workspace, records });
  const directory = await world.directory("home/.ao/codex/events");
  const thread = {
    thread: rollout.threadId,
    rollout: rollout.path,
    turn: "turn-1",
    cwd: workspace,
  };
  const lines = events.map((name) =>
    JSON.stringify({ at: Date.now(), event: name, ...thread, tool: "shell" }),
  );
  writeFileSync(join(directory, "ao-1.jsonl"), `${lines.join("\n")}\n`);
  return { world, workspace, rollout, createdAt, pid: codex.pid };
};

/** The library that sets the clock of one process. */
const preloaded = () => {
  const { stdout, stderr, error } = spawnSync("faketime", ["-m", "-f", "+0", "printenv"], {
    encoding: "utf8",
  });
  const found = /^LD_PRELOAD=(.+)$/m.exec(stdout ?? "")?.[1];
  assert.ok(found, `the test needs faketime: ${error ?? stderr}`);
  return found;
};

/** The answers of a process, one for each setting of its clock, each after one more response; `before` were there. */
const answersIn = async (scene, settings, before = 0) => {
  const { createdAt, pid, rollout, workspace, world } = scene;
  const total = (count) => RESPONSE.map((one) => one * count);
  const clock = world.path("clock");
  mkdirSync(world.path("rows"), { recursive: true });
  writeFileSync(clock, settings[0][0]);
  const given = {
    aoHome: world.aoHome,
    codexHome: world.codexHome,
    clock,
    createdAt,
    pid,
    responses: settings.map((_, index) =>
      recordOf(tokenCount(RESPONSE, total(before + index + 1))),
    ),
    rollout: rollout.path,
    rows: world.path("rows"),
    settings: settings.map(([spelled]) => spelled),
    workspace,
  };
  const { code, stdout, stderr } = await run(process.execPath, [PROGRAM, JSON.stringify(given)], {
    env: {
      LD_PRELOAD: preloaded(),
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
      XDG_CACHE_HOME: world.path("cache"),
    },
  });
  assert.deepEqual([code, stderr], [0, ""]);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  // The clock was set, or the test would prove nothing.
  for (const [index, [, offMs]] of settings.entries())
    assert.ok(Math.abs(answers[index].nowMs - Date.now() - offMs) < SLACK_MS, stdout);
  return answers.map(({ answer }) => answer);
};

const recordOf = ([type, payload]) =>
  `${JSON.stringify({ timestamp: new Date().toISOString(), type, payload })}\n`;

/** After so many responses. */
const expected = ({ rollout }, state, responses) => ({
  isRunning: true,
  state,
  session: rollout.threadId,
  responses: {
    inputTokens: RESPONSE[0] * responses,
    outputTokens: RESPONSE[2] * responses,
    tokens: (RESPONSE[0] + RESPONSE[2]) * responses,
    exported: responses,
    threads: 1,
  },
});

for (const [what, events, state] of [
  ["a turn", ["UserPromptSubmit"], "active"],
  ["a question", ["UserPromptSubmit", "PermissionRequest"], "waiting_input"],
]) {
  test(`${what} and every response are there whichever way the clock is set during a run`, async (t) => {
    const scene = await sceneOf(t, events);
    const settings = [AS_IT_IS, BACK, AS_IT_IS, AHEAD, BACK, AS_IT_IS];
    assert.deepEqual(
      await answersIn(scene, settings),
      settings.map((_, index) => expected(scene, state, 1 + index)),
    );
  });

  test(`${what} and every response are there for a host that begins after the clock was set`, async (t) => {
    const scene = await sceneOf(t, events);
    for (const [index, setting] of [AS_IT_IS, AHEAD, BACK, AS_IT_IS].entries()) {
      const [answer] = await answersIn(scene, [setting], index);
      assert.deepEqual(answer, expected(scene, state, 1 + index), setting[0]);
    }
  });
}
