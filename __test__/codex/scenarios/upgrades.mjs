import { ending, run, say } from "../steps.mjs";
import { compareVersions } from "../versions.mjs";

/** One version of each era, in order. */
const MILESTONES = ["0.45.0", "0.72.0", "0.98.0", "0.132.0", "0.150.1", "0.154.0"];

const FORKS_SINCE = "0.80.0";

const before = (newest) => MILESTONES.filter((version) => compareVersions(version, newest) < 0);

const forkingBefore = (newest) =>
  before(newest).filter((version) => compareVersions(FORKS_SINCE, version) <= 0);

/** Begun by the oldest, resumed by every newer one, twice by this version. */
export const upgrade = {
  name: "upgrade",
  since: "0.72.0",
  otherVersions: before,
  async play(lab) {
    const newest = lab.version;
    const [oldest, ...older] = before(newest);
    await lab.switchTo(oldest);
    const { threadId } = await lab.exec([run("echo one"), say()]);
    for (const version of [...older, newest, newest]) {
      await lab.switchTo(version);
      await lab.resume(threadId, [run("echo on"), say()]);
    }
  },
};

/** A fork made by this version of a thread that the next older milestone has begun. */
export const forkOfOlder = {
  name: "fork-of-older",
  since: "0.98.0",
  otherVersions: (newest) => before(newest).slice(-1),
  async play(lab) {
    const newest = lab.version;
    await lab.switchTo(before(newest).at(-1));
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.switchTo(newest);
    await lab.withAppServer(async (server) => {
      const first = await server.fork(threadId);
      await server.turn(first, [run("echo child"), say()]);
      const second = await server.fork(first);
      await server.turn(second, [say()]);
    });
    await lab.resume(threadId, [say()]);
  },
};

/** A fork of a thread that this version has upgraded: the replay may hold newer records as well. */
export const forkOfUpgraded = {
  name: "fork-of-upgraded",
  since: "0.98.0",
  otherVersions: (newest) => before(newest).slice(-2),
  async play(lab) {
    const newest = lab.version;
    const [older] = before(newest).slice(-2);
    await lab.switchTo(older);
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.resume(threadId, [say()]);
    await lab.switchTo(newest);
    await lab.resume(threadId, [run("echo two"), say()]);
    await lab.withAppServer(async (server) => {
      const child = await server.fork(threadId);
      await server.turn(child, [run("echo child"), say()]);
      const silent = await server.fork(threadId);
      await server.turn(silent, [ending("cut")]);
      await server.turn(silent, [say()]);
    });
  },
};

const forkWith = (lab, parent) =>
  lab.withAppServer(async (server) => {
    const child = await server.fork(parent);
    await server.turn(child, [run("echo child"), say()]);
    return child;
  });

/** Forks that older versions made, gone on with, and forked again, by this one. */
export const upgradeOfForks = {
  name: "upgrade-of-forks",
  since: "0.118.0",
  otherVersions: forkingBefore,
  async play(lab) {
    const newest = lab.version;
    for (const older of forkingBefore(newest)) {
      await lab.switchTo(older);
      const { threadId: parent } = await lab.exec([run("echo one"), say()]);
      const child = await forkWith(lab, parent);
      await lab.switchTo(newest);
      await lab.resume(child, [run("echo newer"), say()]);
      await forkWith(lab, child);
      await lab.resume(parent, [say()]);
    }
  },
};
