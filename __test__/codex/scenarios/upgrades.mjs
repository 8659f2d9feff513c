import { run, say } from "../steps.mjs";
import { compareVersions } from "../versions.mjs";

/** Any version resumes what any older one since the first envelope has begun. */
const PATH = ["0.45.0", "0.72.0", "0.98.0", "0.132.0", "0.150.1", "0.154.0"];

export const upgrade = {
  name: "upgrade",
  since: "0.72.0",
  async play(lab) {
    const newest = lab.version;
    const older = PATH.filter((version) => isOlder(version, newest));
    await lab.switchTo(older[0]);
    const { threadId } = await lab.exec([run("echo one"), say()]);
    for (const version of [...older.slice(1), newest, newest]) {
      await lab.switchTo(version);
      await lab.resume(threadId, [run("echo on"), say()]);
    }
  },
};

/** A fork made by this version of a thread that an older one has begun. */
export const forkOfOlder = {
  name: "fork-of-older",
  since: "0.98.0",
  async play(lab) {
    const newest = lab.version;
    const older = PATH.filter((version) => isOlder(version, newest)).at(-1);
    await lab.switchTo(older);
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.switchTo(newest);
    await lab.withAppServer(async (server) => {
      const first = await lab.fork(server, threadId);
      await lab.turn(server, first, [run("echo child"), say()]);
      const second = await lab.fork(server, first);
      await lab.turn(server, second, [say()]);
    });
    await lab.resume(threadId, [say()]);
  },
};

function isOlder(version, than) {
  return compareVersions(version, than) < 0;
}
