import { run, say } from "../steps.mjs";

const REVIEWS_SINCE = "0.80.0";

export const review = {
  name: "review",
  since: REVIEWS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [run("echo one"), say()]);
      await server.review(thread, [run("echo looking"), say("Looks good.")]);
      await server.turn(thread, [say()]);
    });
  },
};
