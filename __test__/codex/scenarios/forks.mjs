import { ending, run, say } from "../steps.mjs";

/** The first version whose app-server can fork, and whose forks can end at an earlier turn. */
const FORKS_SINCE = "0.80.0";
const EARLIER_TURN_SINCE = "0.144.0";

const parentOf = async (lab, server) => {
  const parent = await lab.startThread(server);
  await lab.turn(server, parent, [run("echo one"), say()]);
  await lab.turn(server, parent, [say()]);
  return parent;
};

/** A fork, a fork of the fork, a fork that nobody used, and the parent going on after them. */
export const forks = {
  name: "forks",
  since: FORKS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await parentOf(lab, server);
      const child = await lab.fork(server, parent);
      await lab.turn(server, child, [run("echo child"), say()]);
      const grandchild = await lab.fork(server, child);
      await lab.turn(server, grandchild, [say()]);
      await lab.turn(server, grandchild, [run("echo again"), say()]);
      await lab.fork(server, parent);
      await lab.turn(server, parent, [say()]);
      await lab.turn(server, child, [say()]);
    });
  },
};

/** A fork whose parent has one response only, and whose own first response fails in some way. */
export const forkFailsFirst = {
  name: "fork-fails-first",
  since: FORKS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      for (const how of ["cut", "failed", "no-usage"]) {
        const parent = await lab.startThread(server);
        await lab.turn(server, parent, [say()]);
        const child = await lab.fork(server, parent);
        await lab.turn(server, child, [ending(how)]);
        await lab.turn(server, child, [say()]);
        const silent = await lab.fork(server, parent);
        await lab.turn(server, silent, [ending(how)]);
      }
    });
  },
};

export const forkAtTurn = {
  name: "fork-at-turn",
  since: EARLIER_TURN_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await lab.startThread(server);
      const first = await lab.turn(server, parent, [run("echo one"), say()]);
      const second = await lab.turn(server, parent, [say()]);
      await lab.turn(server, parent, [run("echo three"), say()]);
      const early = await lab.fork(server, parent, { lastTurnId: first });
      await lab.turn(server, early, [say()]);
      const later = await lab.fork(server, parent, { lastTurnId: second });
      await lab.turn(server, later, [run("echo later"), say()]);
      const ofEarly = await lab.fork(server, early, { lastTurnId: first });
      await lab.turn(server, ofEarly, [say()]);
    });
  },
};
