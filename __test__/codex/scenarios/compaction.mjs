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
      const thread = await lab.startThread(server);
      await lab.turn(server, thread, [run("echo one"), say()], { compactions: [summary()] });
      await server.compact(thread);
      await lab.turn(server, thread, [run("echo two"), say()]);
      await lab.turn(server, thread, [say()], { compactions: [summary("Again.")] });
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
      const parent = await lab.startThread(server);
      await lab.turn(server, parent, [run("echo one"), say()]);
      const child = await lab.fork(server, parent);
      await server.compact(child);
      await lab.turn(server, child, [run("echo child"), say()]);
      const other = await lab.fork(server, parent);
      await lab.turn(server, other, [ending("failed")]);
      await server.compact(other);
      await lab.turn(server, other, [say()]);
      await server.compact(parent);
      const late = await lab.fork(server, parent);
      await lab.turn(server, late, [say()]);
      await lab.turn(server, parent, [say()]);
    });
  },
};
