import { run, say, thinking } from "../steps.mjs";

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
