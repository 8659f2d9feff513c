import { run, say } from "../steps.mjs";

const APP_SERVER_SINCE = "0.80.0";
const ROLLBACK_UNTIL = "0.147.0";
const REVERT_SINCE = "0.154.0";

/** Takes turns back within one file. */
export const rollback = {
  name: "rollback",
  since: APP_SERVER_SINCE,
  until: ROLLBACK_UNTIL,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()]);
      await server.turn(thread, [say()]);
      await server.turn(thread, [run("echo three"), say()]);
      await server.request("thread/rollback", { threadId: thread, numTurns: 2 });
      await server.turn(thread, [say()]);
      const child = await server.fork(thread);
      await server.turn(child, [say()]);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};

/** Takes turns back by a second file; what they cost was billed all the same. */
export const revert = {
  name: "revert",
  since: REVERT_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()]);
      const second = await server.turn(thread, [say()]);
      await server.turn(thread, [run("echo three"), say()]);
      await server.request("thread/revert", { threadId: thread, beforeTurnId: second });
      const again = await server.turn(thread, [say()]);
      const child = await server.fork(thread);
      await server.turn(child, [say()]);
      await server.request("thread/revert", { threadId: thread, beforeTurnId: again });
      await server.turn(thread, [say()]);
      await server.fork(thread);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};

/** A fork goes back behind the point where it was forked, into what it has from its parent. */
export const revertOfFork = {
  name: "revert-of-fork",
  since: REVERT_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const second = await server.turn(parent, [say()]);
      const child = await server.fork(parent);
      await server.turn(child, [run("echo child"), say()]);
      await server.request("thread/revert", { threadId: child, beforeTurnId: second });
      await server.turn(child, [say()]);
      const grandchild = await server.fork(child);
      await server.turn(grandchild, [run("echo grandchild"), say()]);
      await server.turn(parent, [say()]);
    });
  },
};
