import { run, say } from "../steps.mjs";

const REVIEWS_SINCE = "0.80.0";

export const review = {
  name: "review",
  since: REVIEWS_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await lab.startThread(server);
      await lab.turn(server, thread, [run("echo one"), say()]);
      await lab.review(server, thread, [run("echo looking"), say("Looks good.")]);
      await lab.turn(server, thread, [say()]);
    });
  },
};
