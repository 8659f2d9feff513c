import { costing, ending, run, say, summary } from "../steps.mjs";

const ASKED_SINCE = "0.98.0";
const AUTOMATIC_SINCE = "0.45.0";
/** Below the input of a FULL response and above everything else. */
const LIMIT = "model_auto_compact_token_limit = 40000\n";
const FULL = { input: [60_000, 90_000] };

export const compactionAsked = {
  name: "compaction-asked",
  since: ASKED_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()], { compactions: [summary()] });
      await server.compact(thread);
      await server.turn(thread, [run("echo two"), say()]);
      await server.turn(thread, [say()], { compactions: [summary("Again.")] });
      await server.compact(thread);
    });
    const [thread] = lab.threads.keys();
    await lab.resume(thread, [say()]);
  },
};

/** The context is full in the middle of a turn, and again at the start of one. */
export const compactionAutomatic = {
  name: "compaction-automatic",
  since: AUTOMATIC_SINCE,
  topLevel: LIMIT,
  async play(lab) {
    const { threadId } = await lab.exec([
      run("echo one"),
      costing(FULL, run("echo two")),
      run("echo three"),
      say(),
    ]);
    await lab.resume(threadId, [costing(FULL)]);
    await lab.resume(threadId, [run("echo four"), say()]);
  },
};

/** A fork that is compacted before it has a response of its own, and one whose own fails then. */
export const forkCompacted = {
  name: "fork-compacted",
  since: ASKED_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const child = await server.fork(parent);
      await server.compact(child);
      await server.turn(child, [run("echo child"), say()]);
      const other = await server.fork(parent);
      await server.turn(other, [ending("failed")]);
      await server.compact(other);
      await server.turn(other, [say()]);
      await server.compact(parent);
      const late = await server.fork(parent);
      await server.turn(late, [say()]);
      await server.turn(parent, [say()]);
    });
  },
};
