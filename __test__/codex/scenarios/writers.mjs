import { gate } from "../gate.mjs";
import { ending, run, say, summary } from "../steps.mjs";

/** From 0.147 on the second process is refused. */
const LAST_WITH_TWO = "0.146.1";
const APP_SERVER_SINCE = "0.80.0";
const ASKED_COMPACTION_SINCE = "0.98.0";

/** While one `codex exec` is in its tools, others resume its thread. */
export const twoWriters = {
  name: "two-writers",
  since: "0.36.0",
  until: LAST_WITH_TWO,
  async play(lab) {
    const [first, second, third] = ["first", "second", "third"].map((name) => gate(lab, name));
    const task = lab.begin([first.step, run("echo one"), second.step, third.step, say()]);
    await first.reached();
    await lab.resume(task.threadId(), [run("echo two"), say()]);
    first.open();
    await second.reached();
    await lab.resume(task.threadId(), [run("echo three"), run("echo four"), say()]);
    second.open();
    await third.reached();
    await lab.resume(task.threadId(), [say()]);
    third.open();
    await task.process.exited;
    await lab.resume(task.threadId(), [run("echo five"), say()]);
  },
};

/** A thread that is open in two app-servers, whose turns alternate and overlap. */
export const twoServers = {
  name: "two-servers",
  since: APP_SERVER_SINCE,
  until: LAST_WITH_TWO,
  async play(lab) {
    await lab.withAppServer(async (one) => {
      const thread = await one.startThread();
      await one.turn(thread, [run("echo one"), say()]);
      await lab.withAppServer(async (other) => {
        await other.resumeThread(thread);
        await other.turn(thread, [say()]);
        await one.turn(thread, [run("echo two"), say()]);
        await other.turn(thread, [ending("failed")]);
        const held = gate(lab, "held");
        const turn = await one.beginTurn(thread, [held.step, say()]);
        await held.reached();
        await other.turn(thread, [run("echo three"), say()]);
        held.open();
        await turn.ended;
        await other.turn(thread, [say()]);
      });
      await one.turn(thread, [say()]);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};

/** One of two writers compacts, which leaves an estimate in its counter; both go on. */
export const twoServersCompacted = {
  name: "two-servers-compacted",
  since: ASKED_COMPACTION_SINCE,
  until: LAST_WITH_TWO,
  async play(lab) {
    await lab.withAppServer(async (one) => {
      const thread = await one.startThread();
      await one.turn(thread, [run("echo one"), say()], { compactions: [summary()] });
      await lab.withAppServer(async (other) => {
        await other.resumeThread(thread);
        await other.turn(thread, [say()]);
        await one.turn(thread, [say()], { compactions: [summary()] });
        await one.compact(thread);
        await other.turn(thread, [run("echo two"), say()]);
        await one.turn(thread, [say()]);
      });
    });
  },
};
