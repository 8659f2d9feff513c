import { costing, run, say } from "../steps.mjs";

/** From here on a rollout names the tier of its turns; `codex exec` has no thread settings before 0.150. */
const SINCE = "0.150.1";

/** A model whose tiers Codex knows: of one that it does not know it asks for none. */
const MODEL = { model: "gpt-5.5" };

const tier = (name) => (name === null ? "" : `service_tier = "${name}"\n`);

/** Each process has another tier in its configuration. */
export const tiersConfigured = {
  name: "tiers-configured",
  since: SINCE,
  topLevel: tier("fast"),
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()], MODEL);
    await lab.reconfigure({ topLevel: tier("flex") });
    await lab.resume(threadId, [run("echo two"), say()], MODEL);
    await lab.reconfigure({ topLevel: tier(null) });
    await lab.resume(threadId, [say()], MODEL);
    await lab.exec([costing({ input: [280_000, 300_000] })], MODEL);
  },
};

/** A client changes the tier between turns and while one runs; forks and subagents inherit it. */
export const tiersSwitched = {
  name: "tiers-switched",
  since: SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread({ ...MODEL, serviceTier: "priority" });
      await server.turn(thread, [run("echo one"), say()]);
      const fork = await server.fork(thread);
      await server.turn(fork, [say()]);
      await server.turn(thread, [run("echo two"), say()], { serviceTier: "flex" });
      await server.turn(thread, [say()]);
      await server.turn(thread, [say()], { serviceTier: null });
      await server.turn(thread, [say()]);
      await server.turn(fork, [say()], { serviceTier: "flex" });
    });
  },
};
