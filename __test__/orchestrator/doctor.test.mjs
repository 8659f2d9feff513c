import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

import { ending, run, say } from "../codex/steps.mjs";
import { eventually } from "../plugin/support/wait.mjs";
import { cli } from "../support/command.mjs";
import { childOf } from "./support/screen.mjs";
import { listed, makeStage } from "./support/stage.mjs";

const exec = promisify(execFile);

const DOCTOR = [cli, "doctor", "--json"];

/** A doctor asks programs, a dozen of them, on a machine that is busy with a Codex. */
const DOCTOR_MS = 30_000;

const textOf = (path) => readFile(path, "utf8").catch(() => null);

/** For a shell: the doctor's report in a file, which is there when it is whole. */
const intoFile = (file) =>
  `${process.execPath} ${DOCTOR.join(" ")} > ${file}.new; mv ${file}.new ${file}`;

/** In the environment that Codex itself was started in: that of the pane's shell. */
const environmentOf = async ({ runtimeHandle }) => {
  const variables = await readFile(`/proc/${await childOf(runtimeHandle)}/environ`, "utf8");
  const pairs = variables.split("\0").filter((pair) => pair !== "");
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
};

const doctorIn = (env, cwd) =>
  exec(process.execPath, DOCTOR, { env, cwd }).then(({ stdout }) => stdout);

/** In a second pane of the session, as somebody who looks after it opens one. */
const inSecondPaneOf = async ({ runtimeHandle, workspacePath }, file) => {
  const target = ["-t", `=${runtimeHandle.id}:`, "-c", workspacePath];
  await exec("tmux", ["split-window", ...target, intoFile(file)]);
  return eventually("the doctor in a second pane", () => textOf(file), DOCTOR_MS);
};

test("the doctor tells the truth in a session's pane, in what Codex runs, and outside of the session", async (t) => {
  const stage = await makeStage(t);
  const { sessions, world } = stage;
  await world.script("bin/gh", "true");
  const byCodex = world.path("by-codex.json");
  stage.script("work", [run(intoFile(byCodex)), ending("held", say())]);
  const session = await sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
  const { workspacePath } = session;

  const reports = {
    "what Codex runs": await eventually("its doctor", () => textOf(byCodex), DOCTOR_MS),
    "the pane": await doctorIn(await environmentOf(session), workspacePath),
    "a second pane": await inSecondPaneOf(session, world.path("second.json")),
    outside: (await exec(process.execPath, [...DOCTOR, "--workspace", workspacePath])).stdout,
  };
  const { agentInfo } = await listed(stage, session.id);
  const thread = agentInfo.agentSessionId.slice(-36);
  for (const [place, text] of Object.entries(reports)) {
    const { checks } = JSON.parse(text);
    const ill = checks.filter(({ status }) => status !== "ok");
    assert.deepEqual(ill, [], place);
    const found = Object.fromEntries(checks.map((check) => [check.id, check.found]));
    const codex = world.path("bin/codex");
    const expected = {
      settings: `${world.path("agent-orchestrator.yaml")} (app)`,
      "codex-binary": place === "outside" ? codex : `${codex}, which runs in this session`,
      "wrappers-first": "git and gh are the wrappers in what Codex runs (bash -lc)",
      hooks: "Codex runs ours at UserPromptSubmit, PermissionRequest, Stop, Interrupt, PostToolUse",
      "agents-section": "~/.worktrees/app/app-1/AGENTS.md",
      "codex-home": "~/.codex: 1 rollout",
      rollout: `${thread}, written just now`,
      activity: "active, by the rollout: a turn runs; last record just now",
      cache: "~/.cache/ao-codex",
    };
    assert.deepEqual({ ...found, ...expected }, found, place);
    assert.match(found["metadata"], /^~\/\.agent-orchestrator\/\w+-app\/sessions\/app-1$/);
    assert.ok(found["launch"].startsWith(`${codex} -c `), found["launch"]);
    assert.ok(found["launch"].includes(" -c 'hooks=…' "), found["launch"]);
    assert.ok(found["resume"].startsWith(`${codex} resume -c `), found["resume"]);
    assert.ok(found["resume"].endsWith(` ${thread}`), found["resume"]);
  }
});

test("where no Codex runs any more in a session, its terminal says that the orchestrator may know of one", async (t) => {
  const stage = await makeStage(t);
  const { agent, sessions, world } = stage;
  await world.script("bin/gh", "true");
  stage.script("work", [ending("held", say())]);
  const session = await sessions.spawn({ projectId: "app", prompt: "Follow script:work now." });
  const { runtimeHandle, workspacePath } = session;
  const env = await eventually("Codex", () => environmentOf(session).catch(() => null));
  await eventually("its first request", () => stage.requestsOf("work")[0], DOCTOR_MS);
  process.kill(await childOf(runtimeHandle), "SIGKILL");
  const hasEnded = async () => !(await agent.isProcessRunning(runtimeHandle));
  await eventually("the end of Codex", hasEnded);
  const { checks } = JSON.parse(await doctorIn(env, workspacePath));
  assert.deepEqual(
    checks.filter(({ status }) => status !== "ok"),
    [
      {
        id: "codex-binary",
        status: "warn",
        found:
          "none runs in this session, and none is in this terminal's PATH; that of the orchestrator may have one",
        remedy: `where the orchestrator was started: ao-codex doctor --workspace ${workspacePath}`,
      },
    ],
  );
});
