import { ending, refuse, run, say } from "../steps.mjs";

/** The first version whose app-server can fork, and whose forks can end at an earlier turn. */
const FORKS_SINCE = "0.80.0";
const EXEC_FORKS_SINCE = "0.150.0";
const EARLIER_TURN_SINCE = "0.144.0";

const parentOf = async (lab, server) => {
  const parent = await server.startThread();
  await server.turn(parent, [run("echo one"), say()]);
  await server.turn(parent, [say()]);
  return parent;
};

/** A fork, a fork of the fork, a fork that nobody used, and the parent going on after them. */
export const forks = {
  name: "forks",
  since: FORKS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await parentOf(lab, server);
      const child = await server.fork(parent);
      await server.turn(child, [run("echo child"), say()]);
      const grandchild = await server.fork(child);
      await server.turn(grandchild, [say()]);
      await server.turn(grandchild, [run("echo again"), say()]);
      await server.fork(parent);
      await server.turn(parent, [say()]);
      await server.turn(child, [say()]);
    });
  },
};

/** The same with threads of `codex exec`, which some versions write in another way. */
export const forksOfExec = {
  name: "forks-of-exec",
  since: FORKS_SINCE,
  async play(lab) {
    const { threadId: parent } = await lab.exec([run("echo one"), say()]);
    await lab.resume(parent, [say()]);
    const child = await lab.withAppServer(async (server) => {
      const used = await server.fork(parent);
      await server.turn(used, [run("echo child"), say()]);
      const grandchild = await server.fork(used);
      await server.turn(grandchild, [say()]);
      await server.fork(parent);
      return used;
    });
    await lab.resume(parent, [say()]);
    await lab.resume(child, [say()]);
  },
};

export const execFork = {
  name: "exec-fork",
  since: EXEC_FORKS_SINCE,
  async play(lab) {
    const { threadId: parent } = await lab.exec([run("echo one"), say()]);
    const child = await lab.execFork(parent, [run("echo child"), say()]);
    const grandchild = await lab.execFork(child, [say()]);
    await lab.resume(grandchild, [say()]);
    await lab.resume(parent, [say()]);
  },
};

const WAYS_TO_FAIL = [ending("cut"), ending("failed"), ending("no-usage"), refuse(429)];

/** Each parent has one response only, and the first of each fork fails in some way. */
const failsFirst = async (lab, makeParent) => {
  for (const failure of WAYS_TO_FAIL) {
    const parent = await makeParent();
    await lab.withAppServer(async (server) => {
      const child = await server.fork(parent);
      await server.turn(child, [failure]);
      await server.turn(child, [say()]);
      const silent = await server.fork(parent);
      await server.turn(silent, [failure]);
    });
  }
};

export const forkFailsFirst = {
  name: "fork-fails-first",
  since: FORKS_SINCE,
  play: (lab) =>
    failsFirst(lab, () =>
      lab.withAppServer(async (server) => {
        const parent = await server.startThread();
        await server.turn(parent, [say()]);
        return parent;
      }),
    ),
};

export const execForkFailsFirst = {
  name: "exec-fork-fails-first",
  since: FORKS_SINCE,
  play: (lab) => failsFirst(lab, async () => (await lab.exec([say()])).threadId),
};

export const forkAtTurn = {
  name: "fork-at-turn",
  since: EARLIER_TURN_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      const first = await server.turn(parent, [run("echo one"), say()]);
      const second = await server.turn(parent, [say()]);
      await server.turn(parent, [run("echo three"), say()]);
      const early = await server.fork(parent, { lastTurnId: first });
      await server.turn(early, [say()]);
      const later = await server.fork(parent, { lastTurnId: second });
      await server.turn(later, [run("echo later"), say()]);
      const ofEarly = await server.fork(early, { lastTurnId: first });
      await server.turn(ofEarly, [say()]);
    });
  },
};
