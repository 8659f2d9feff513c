import { ending, run, say, summary } from "../steps.mjs";

const APP_SERVER_SINCE = "0.80.0";
const ASKED_COMPACTION_SINCE = "0.98.0";
/** The context is full: Codex puts its size into the counter, as an estimate. */
const FULL = ending("out-of-room");

export const overflow = {
  name: "overflow",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), FULL], { expectedCode: null });
    await lab.resume(threadId, [run("echo two"), say()]);
    await lab.resume(threadId, [FULL], { expectedCode: null });
    await lab.resume(threadId, [FULL], { expectedCode: null });
    await lab.resume(threadId, [say()]);
    await lab.exec([FULL], { expectedCode: null });
  },
};

/** Within one process, before and after a fork, and in the fork. */
export const overflowForked = {
  name: "overflow-forked",
  since: APP_SERVER_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const early = await server.fork(parent);
      await server.turn(early, [FULL]);
      await server.turn(early, [say()]);
      await server.turn(parent, [run("echo two"), FULL]);
      const late = await server.fork(parent);
      await server.turn(late, [run("echo three"), say()]);
      await server.turn(late, [say()]);
      const later = await server.fork(parent);
      await server.turn(later, [ending("failed")]);
      await server.turn(later, [say()]);
      await server.turn(parent, [say()]);
    });
  },
};

export const overflowCompacted = {
  name: "overflow-compacted",
  since: ASKED_COMPACTION_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()], { compactions: [summary()] });
      await server.turn(thread, [FULL], { compactions: [summary()] });
      await server.compact(thread);
      await server.turn(thread, [run("echo two"), say()]);
      await server.turn(thread, [FULL]);
      await server.turn(thread, [say()]);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};
