/** What Codex would ask a person at a start, in place of beginning with the task. */
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { limitHeaders, refuse, run, say, used } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { comesTo, START_MS } from "./support/hooked.mjs";
import { makeStage } from "./support/stage.mjs";
import { SANDBOXED } from "./support/versions.mjs";

/** What the person said last, as the model was sent it. */
const saidLast = ({ input }) =>
  input
    .findLast(({ role, type }) => role === "user" && (type ?? "message") === "message")
    .content.map(({ text }) => text)
    .join("");

const requestsOf = (stage, name, count) =>
  eventually(
    `request ${count} of ${name}`,
    () => stage.requestsOf(name).length >= count && stage.requestsOf(name),
    START_MS,
  );

/** Commits what a repository brings in its `.codex`. */
const bring = async ({ path, world }, files) => {
  for (const [name, text] of Object.entries(files))
    await world.write(`repositories/app/.codex/${name}`, text);
  await world.git("-C", path, "add", "-A");
  await world.git("-C", path, "commit", "-q", "-m", "of Codex");
  await world.git("-C", path, "push", "-q", "origin", "main");
};

for (const version of SANDBOXED) {
  test(`a model that has a successor begins with its task at once in Codex ${version}`, async (t) => {
    const stage = await makeStage(t, { version, agentConfig: { model: "gpt-5.6-sol" } });
    stage.script("work", [say("Done.")]);
    await stage.sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
    const request = await eventually(
      "the first request",
      () => stage.requestsOf("work")[0],
      START_MS,
    );
    assert.equal(request.model, "gpt-5.6-sol");
  });
}

/** Each is a menu, or would be followed by one, where nothing is said of it at the launch. */
const LIMITS = {
  "95 % of a limit is used": used(95, say("Done.")),
  "the limit is reached": refuse(429, {
    headers: limitHeaders(100),
    error: {
      type: "usage_limit_reached",
      message: "The usage limit has been reached",
      plan_type: "plus",
      resets_in_seconds: 3_600,
    },
  }),
};

for (const version of SANDBOXED) {
  for (const [what, step] of Object.entries(LIMITS)) {
    test(`a message that is sent when ${what} arrives whole in Codex ${version}`, async (t) => {
      const stage = await makeStage(t, { version, agentConfig: { model: "gpt-5.6-sol" } });
      const { agent, sessions } = stage;
      stage.script("limit", [step, say("Again.")]);
      const session = await sessions.spawn({
        projectId: "app",
        prompt: "Follow script:limit now.",
      });
      await requestsOf(stage, "limit", 1);
      await eventually(
        "the end of the turn",
        async () => ["ready", "blocked"].includes((await agent.getActivityState(session))?.state),
        START_MS,
      );
      const text = "1. Follow script:limit once more, all of it.";
      await sessions.send(session.id, text);
      const [first, second] = await requestsOf(stage, "limit", 2);
      assert.deepEqual([saidLast(second), second.model], [text, first.model]);
    });
  }
}

const hooksOf = (command) =>
  JSON.stringify({
    hooks: Object.fromEntries(
      ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"].map((event) => [
        event,
        [{ hooks: [{ type: "command", command }] }],
      ]),
    ),
  });

for (const version of SANDBOXED) {
  test(`the hooks of a repository that the person trusts neither stop a session of Codex ${version} nor run`, async (t) => {
    const stage = await makeStage(t, { version });
    const { path, sessions, world } = stage;
    const pwned = world.path("pwned");
    await bring(stage, { "hooks.json": hooksOf(`touch ${pwned}`) });
    const trust = `\n[projects."${path}"]\ntrust_level = "trusted"\n`;
    await appendFile(join(world.codexHome, "config.toml"), trust);
    stage.script("work", [run("echo done"), say("Done.")]);
    const session = await sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
    await requestsOf(stage, "work", 2);
    await comesTo(stage.agent, session, "ready");
    assert.equal(existsSync(pwned), false);
  });

  test(`what a repository brings is not run by Codex ${version} before the person has answered`, async (t) => {
    const stage = await makeStage(t, { version, agentConfig: { permissions: "suggest" } });
    const { sessions, world } = stage;
    const pwned = world.path("pwned");
    await bring(stage, {
      "config.toml": `notify = ["touch", "${pwned}"]\n[mcp_servers.x]\ncommand = "touch"\nargs = ["${pwned}"]\n`,
      "hooks.json": hooksOf(`touch ${pwned}`),
    });
    stage.script("work", [say("Done.")]);
    const session = await sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
    await comesTo(stage.agent, session, "waiting_input");
    assert.deepEqual([existsSync(pwned), stage.requestsOf("work")], [false, []]);
  });
}
