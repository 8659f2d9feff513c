/** Which thread is whose: several sessions, and a person, in one directory. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { after, run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import {
  agentOf,
  binaryOf,
  comesTo,
  launch,
  launchOf,
  shown,
  startIn,
  START_MS,
  stateOf,
} from "./support/hooked.mjs";
import { childOf, pressIn, screenOf } from "./support/screen.mjs";
import { makeStage } from "./support/stage.mjs";
import { CURRENT } from "./support/versions.mjs";

const exec = promisify(execFile);

const ESCALATED = { sandbox_permissions: "require_escalated", justification: "to see" };

/** What the ledger billed to the threads, titles aside, which have a thread of their own that nobody writes down. */
const billedTo = ({ ledger }, ...threadIds) => {
  const own = ledger.entries.filter((one) => !one.title && threadIds.includes(one.threadId));
  const sum = (field) => own.reduce((total, { usage }) => total + usage[field], 0);
  return { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens") };
};

const costOf = async (agent, session) => {
  const { inputTokens, outputTokens } = (await agent.getSessionInfo(session)).cost;
  return { inputTokens, outputTokens };
};

const hookedStage = async (t, options) => {
  const binary = await binaryOf(CURRENT);
  const stage = await makeStage(t, options);
  return { stage, agent: await agentOf(stage, binary) };
};

const tell = async (session, text) => {
  await pressIn(session.runtimeHandle, "-l", text);
  // The screen takes a paste for one when Enter comes with it.
  await sleep(500);
  await pressIn(session.runtimeHandle, "Enter");
};

const project = (path) => ({ name: "app", path });

test("two sessions and a person in one directory have each their own thread, cost and resume command", async (t) => {
  const { agent, stage } = await hookedStage(t);
  const path = await stage.world.directory("trees/shared");
  const first = await launch(stage, agent, { id: "one", path, steps: [after(1_000, say("One."))] });
  const second = await launch(stage, agent, { id: "two", path, steps: [say("Two.")] });
  const early = launchOf(agent, { id: "three", path });
  const third = await startIn(stage, agent, { id: "three", path, ...early });
  await comesTo(agent, first, "ready");
  await comesTo(agent, second, "ready");
  // The person's comes last, and is the newest of the directory.
  stage.script("person", [say("Mine.")]);
  const codex = `${stage.world.path("bin/codex")} exec --skip-git-repo-check`;
  await exec("sh", ["-c", `${codex} "Follow script:person now." </dev/null`], { cwd: path });

  const [one, two] = ["one", "two"].map((name) => stage.server.threadOf(name));
  for (const [session, threadId] of [
    [first, one],
    [second, two],
  ]) {
    const info = await agent.getSessionInfo(session);
    assert.equal(info.agentSessionId.endsWith(threadId), true, session.id);
    assert.deepEqual(await costOf(agent, session), billedTo(stage, threadId));
    const command = await agent.getRestoreCommand(session, project(path));
    assert.equal(command.endsWith(` ${threadId}`), true, command);
  }
  assert.equal((await agent.getSessionInfo(third))?.agentSessionId.includes(one) ?? false, false);
  assert.equal((await agent.getSessionInfo(third))?.agentSessionId.includes(two) ?? false, false);
  assert.deepEqual(stage.server.surprises, []);
});

test("a session that started over is its latest thread, and costs what all of them cost", async (t) => {
  const { agent, stage } = await hookedStage(t);
  const session = await launch(stage, agent, { id: "first", steps: [say("One.")] });
  await comesTo(agent, session, "ready");
  stage.script("second", [say("Two.")]);
  await tell(session, "/new");
  await eventually(
    "a new thread",
    async () => !(await screenOf(session.runtimeHandle)).includes("One."),
    START_MS,
  );
  await sleep(1_500);
  await tell(session, "Follow script:second now.");
  const threadId = await eventually("the second thread", () => stage.server.threadOf("second"));
  const before = stage.server.threadOf("first");
  assert.notEqual(threadId, before);
  await comesTo(agent, session, "ready");
  await eventually(
    "the latest thread",
    async () => (await agent.getSessionInfo(session)).agentSessionId.endsWith(threadId),
    START_MS,
  );
  assert.deepEqual(await costOf(agent, session), billedTo(stage, before, threadId));
  const command = await agent.getRestoreCommand(session, project(session.workspacePath));
  assert.equal(command.endsWith(` ${threadId}`), true);
  assert.deepEqual(stage.server.surprises, []);
});

test("a session that is killed at a question and restored waits for nobody, and asks again when told to", async (t) => {
  const { agent, stage } = await hookedStage(t);
  const steps = [run("touch never", ESCALATED)];
  const session = await launch(stage, agent, { id: "asks", steps });
  await comesTo(agent, session, "waiting_input");
  process.kill(await childOf(session.runtimeHandle), "SIGKILL");
  await comesTo(agent, session, "exited");
  const command = await agent.getRestoreCommand(session, project(session.workspacePath));
  await exec("tmux", ["kill-session", "-t", "=asks"]);
  const { environment } = launchOf(agent, { id: "asks", path: session.workspacePath });
  const place = { id: "asks", path: session.workspacePath, command, environment };
  const restored = await startIn(stage, agent, place);
  await shown(restored, /›/);
  await comesTo(agent, restored, "ready");
  stage.script("again", [run("touch again", ESCALATED), say("Bye.")]);
  await tell(restored, "Follow script:again now.");
  // The state is told before the question can take an answer.
  await comesTo(agent, restored, "waiting_input");
  await shown(restored, /Would you like to run/);
  await pressIn(restored.runtimeHandle, "y");
  await comesTo(agent, restored, "ready");
  assert.equal(stage.server.threadOf("again"), stage.server.threadOf("asks"));
  assert.deepEqual(stage.server.surprises, []);
});

test("a repository's own hooks gain no trust from ours", async (t) => {
  const { agent, stage } = await hookedStage(t);
  const path = await stage.world.directory("trees/hostile");
  const bait = stage.world.path("pwned");
  const hook = { hooks: [{ type: "command", command: `touch ${bait}` }] };
  const events = ["SessionStart", "UserPromptSubmit", "PermissionRequest", "PreToolUse", "Stop"];
  await mkdir(join(path, ".codex"));
  await writeFile(
    join(path, ".codex", "hooks.json"),
    JSON.stringify({ hooks: Object.fromEntries(events.map((event) => [event, [hook]])) }),
  );
  await writeFile(
    join(path, ".codex", "config.toml"),
    `[[hooks.UserPromptSubmit]]\nhooks = [{ type = "command", command = "touch ${bait}" }]\n`,
  );
  await exec("git", ["init", "-q", path]);
  const session = await launch(stage, agent, { id: "hostile", path, steps: [say("Done.")] });
  // Codex itself asks whether the folder is to be trusted: nothing is, until a person says so.
  await shown(session, /Trust this folder\?|Hooks need review/i);
  const screen = await screenOf(session.runtimeHandle);
  await sleep(2_000);
  const there = await readdir(stage.world.root);
  assert.equal(there.includes("pwned"), false, screen);
  assert.notEqual(await stateOf(agent, session), "exited");
});

test("a user's own hooks run beside ours", async (t) => {
  const { agent, stage } = await hookedStage(t);
  const own = stage.world.path("own.txt");
  const config = join(stage.world.codexHome, "config.toml");
  const text = await readFile(config, "utf8");
  const hook = await stage.world.script("own-hook", `cat >/dev/null; echo ran >> ${own}`);
  const definition = {
    event_name: "user_prompt_submit",
    hooks: [{ async: false, command: hook, timeout: 600, type: "command" }],
  };
  const digest = createHash("sha256").update(JSON.stringify(definition)).digest("hex");
  await writeFile(
    config,
    `${text}\n[[hooks.UserPromptSubmit]]\nhooks = [{ type = "command", command = "${hook}" }]\n[hooks.state]\n"${config}:user_prompt_submit:0:0" = { trusted_hash = "sha256:${digest}" }\n`,
  );
  const session = await launch(stage, agent, { id: "both", steps: [say("Done.")] });
  await comesTo(agent, session, "ready");
  assert.equal(await readFile(own, "utf8"), "ran\n");
  const info = await agent.getSessionInfo(session);
  assert.equal(info.agentSessionId.endsWith(stage.server.threadOf("both")), true);
});
