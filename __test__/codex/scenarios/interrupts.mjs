import { existsSync } from "node:fs";
import { join } from "node:path";

import { ending, run, say } from "../steps.mjs";
import { until } from "../until.mjs";

const APP_SERVER_SINCE = "0.80.0";

export const interruptInStream = {
  name: "interrupt-in-stream",
  since: APP_SERVER_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [say()]);
      const turn = await server.beginTurn(thread, [run("echo one"), ending("held")]);
      await until(() => lab.ledger.entries.some((entry) => entry.ending === "held"));
      await server.request("turn/interrupt", { threadId: thread, turnId: turn.turnId });
      await turn.ended;
      await server.turn(thread, [run("echo two"), say()]);
    });
  },
};

export const interruptInTool = {
  name: "interrupt-in-tool",
  since: APP_SERVER_SINCE,
  async play(lab) {
    const marker = join(lab.folder, "tool-is-running");
    await lab.withAppServer(async (server) => {
      const thread = await server.startThread();
      await server.turn(thread, [say()]);
      const turn = await server.beginTurn(thread, [run(`touch '${marker}'; sleep 20`)]);
      await until(() => existsSync(marker));
      await server.request("turn/interrupt", { threadId: thread, turnId: turn.turnId });
      await turn.ended;
      await server.turn(thread, [run("echo two"), say()]);
    });
  },
};
