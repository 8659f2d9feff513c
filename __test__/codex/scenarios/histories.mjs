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
      const thread = await lab.startThread(server);
      await lab.turn(server, thread, [run("echo one"), say()]);
      await lab.turn(server, thread, [say()]);
      await lab.turn(server, thread, [run("echo three"), say()]);
      await server.request("thread/rollback", { threadId: thread, numTurns: 2 });
      await lab.turn(server, thread, [say()]);
      const child = await lab.fork(server, thread);
      await lab.turn(server, child, [say()]);
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
      const thread = await lab.startThread(server);
      await lab.turn(server, thread, [run("echo one"), say()]);
      const second = await lab.turn(server, thread, [say()]);
      await lab.turn(server, thread, [run("echo three"), say()]);
      await server.request("thread/revert", { threadId: thread, beforeTurnId: second });
      const again = await lab.turn(server, thread, [say()]);
      const child = await lab.fork(server, thread);
      await lab.turn(server, child, [say()]);
      await server.request("thread/revert", { threadId: thread, beforeTurnId: again });
      await lab.turn(server, thread, [say()]);
      await lab.fork(server, thread);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};
