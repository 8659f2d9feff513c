/** The rollout of this workspace, and where there is none, what comes near. */

import { ago, path, plural } from "../../terminal/format.js";
import { plain } from "../../terminal/text.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import { isDirectory, statOf } from "../files.js";
import type { Machine } from "../machine.js";
import { nearMiss } from "../near-miss.js";

export const rollout: Check = {
  id: "rollout",
  async look(machine: Machine): Promise<Finding> {
    const { codexHome, native, workspace } = machine;
    const thread = await machine.thread();
    if (thread !== null) {
      const written = statOf(thread.rolloutPath)?.mtimeMs;
      const when = written === undefined ? "" : `, written ${ago(written, Date.now())}`;
      return ok(`${plain(thread.threadId)}${when}`);
    }
    const none = `no thread began in ${path(workspace)}`;
    if (!isDirectory(codexHome)) return warn(none, "start codex there");
    const { threads, skipped } = await native.listThreads({ codexHome });
    const near = await nearMiss(machine, threads);
    if (near !== null) return warn(`${none}: ${near.found}`, near.remedy);
    if (skipped.length > 0)
      return warn(
        `${none}; ${plural(skipped.length, "rollout")} could not be read`,
        "ao-codex sessions names them",
      );
    return warn(none, "start codex there, or name another --workspace or --codex-home");
  },
};
