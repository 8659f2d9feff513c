import { fated, run, say, thinking } from "../steps.mjs";
import { DELETED } from "../written-down.mjs";

/** A turn with a tool call, and a second thread beside it in the same directory. */
export const plain = {
  name: "plain",
  async play(lab) {
    await lab.exec([thinking(run("echo one")), run("echo two"), say()]);
    await lab.exec([say("Second thread.")]);
  },
};

export const resumes = {
  name: "resumes",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.resume(threadId, [say()]);
    await lab.resume(threadId, [run("echo two"), say()]);
    await lab.resume(threadId, [say()]);
  },
};

export const modelChange = {
  name: "model-change",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()], { model: "gpt-5" });
    await lab.resume(threadId, [run("echo two"), say()], { model: "gpt-5-codex" });
    await lab.resume(threadId, [say()], { model: "gpt-5" });
  },
};

/** Begun by `codex exec`, gone on with in an app-server, and by `codex exec` again. */
export const changingHands = {
  name: "changing-hands",
  since: "0.80.0",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.withAppServer(async (server) => {
      await server.resumeThread(threadId);
      await server.turn(threadId, [run("echo two"), say()]);
      await server.turn(threadId, [say()]);
    });
    await lab.resume(threadId, [say()]);
  },
};

/** Two threads of one directory take turns; one of them is also resumed from elsewhere. */
export const interleaved = {
  name: "interleaved",
  since: "0.36.0",
  async play(lab) {
    const elsewhere = await lab.makeWorkspace("elsewhere");
    const { threadId: first } = await lab.exec([run("echo one"), say()]);
    const { threadId: second } = await lab.exec([say()]);
    await lab.resume(first, [say()]);
    await lab.resume(second, [run("echo two"), say()]);
    await lab.resume(first, [run("echo three"), say()], { cwd: elsewhere });
    await lab.resume(second, [say()]);
  },
};

/** What leaves no rollout cannot be counted, and must not disturb what does. */
export const unrecorded = {
  name: "unrecorded",
  since: "0.150.0",
  async play(lab) {
    await lab.exec([run("echo one"), say()]);
    const lost = (step) => fated("no rollout", step);
    await lab.exec([lost(run("echo two")), lost(say())], { flags: ["--ephemeral"] });
    const { threadId } = await lab.exec([fated(DELETED, say())]);
    await lab.run(["delete", "--force", threadId]);
  },
};
