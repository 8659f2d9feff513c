/** Threads that a thread's own tools begin: `codex exec` in the work tree of a session. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { threadToResume } from "../ao-codex.mjs";
import { gate } from "../gate.mjs";
import { promptFor } from "../model-request.mjs";
import { execArguments } from "../run-codex.mjs";
import { run, say } from "../steps.mjs";
import { until } from "../until.mjs";
import { API_KEY_VARIABLE } from "../write-home.mjs";

const APP_SERVER_SINCE = "0.80.0";

/** A person talks to a thread, whose agent runs `codex exec` in their work tree; and so does somebody beside them. */
export const nestedExec = {
  name: "nested-exec",
  since: APP_SERVER_SINCE,
  async play(lab) {
    const tree = workTree(lab);
    const resumed = () => threadToResume(tree, lab);
    const nested = nestedIn(lab, tree, [run("echo nested"), say()]);
    const [before, after] = [gate(lab, "before"), gate(lab, "after")];
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread({ cwd: tree });
      await server.turn(thread, [run("echo one"), say()]);
      const steps = [before.step, nested.step, after.step, say()];
      const { ended } = await server.beginTurn(thread, steps);
      await before.reached();
      before.open();
      await nested.ended();
      assert.equal(await resumed(), thread);
      after.open();
      await ended;
      await lab.exec([say()], { cwd: tree });
      assert.equal(await resumed(), thread);
      await server.turn(thread, [say()]);
    });
  },
};

/** A thread of `codex exec` that a tool begins, which follows `steps`: the tool's step, and its end. */
function nestedIn(lab, cwd, steps) {
  const name = lab.script(steps, { workspace: cwd });
  const args = execArguments({ version: lab.version, prompt: promptFor(name) });
  const words = [lab.binary, ...args].map((word) => `'${word}'`).join(" ");
  const [log, done] = ["log", "done"].map((suffix) => join(lab.folder, `nested-${suffix}`));
  // Codex keeps what looks like a secret from its tools.
  const command = `${API_KEY_VARIABLE}=unused CODEX_HOME='${lab.codexHome}' ${words}`;
  return {
    step: run(`cd '${cwd}' && ${command} </dev/null >'${log}' 2>&1; touch '${done}'`),
    async ended() {
      await until(() => existsSync(done), "the nested codex");
      const threadId = lab.model.threadOf(name);
      lab.threads.set(threadId, { kind: "root", parent: null, workspace: cwd });
    },
  };
}

/** A work tree beside a repository, as the orchestrator makes one for each session. */
function workTree(lab) {
  const [repository, tree] = ["repository", "tree"].map((name) => join(lab.folder, name));
  const git = (...args) => execFileSync("git", args, { stdio: "ignore" });
  const author = ["-c", "user.name=dev", "-c", "user.email=dev@example.com"];
  git("init", "--quiet", repository);
  git("-C", repository, ...author, "commit", "--quiet", "--allow-empty", "--message", "first");
  git("-C", repository, "worktree", "add", "--quiet", "-b", "session", tree);
  return tree;
}
