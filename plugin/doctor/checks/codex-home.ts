/** The Codex home: whether it is there and can be read. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { path, plural } from "../../terminal/format.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { giveRights, isDirectory, isThere, may } from "../files.js";
import type { Machine } from "../machine.js";

/** The rights that it takes to find rollouts. */
const placesIn = (home: string) => [
  home,
  ...["sessions", "archived_sessions"].map((name) => join(home, name)),
];

export const codexHome: Check = {
  id: "codex-home",
  async look({ codexHome: home, settings, native }: Machine): Promise<Finding> {
    if (!isThere(home)) {
      // A home that was named must be there: Codex does not create it.
      return settings.codexHome === null
        ? warn(`${path(home)} is not there: Codex has not run yet`, "start codex once and sign in")
        : fail(
            `${path(home)} is not there, and Codex does not start without it`,
            `mkdir -p ${shellWord(home)}`,
          );
    }
    if (!isDirectory(home))
      return fail(`${path(home)} is not a directory`, "let CODEX_HOME name a directory");
    const closed = closedPlaces(home);
    if (closed.length > 0)
      return fail(
        `${closed.map(path).join(", ")} cannot be read`,
        `chmod u+rwx ${closed.map(shellWord).join(" ")}`,
      );
    const { threads, skipped } = await native.listThreads({ codexHome: home });
    const left = skipped.length === 0 ? "" : `, ${plural(skipped.length, "file")} left out`;
    return ok(`${path(home)}: ${plural(threads.length, "rollout")}${left}`);
  },
  async fix({ codexHome: home, settings }: Machine): Promise<string | null> {
    if (!isThere(home)) {
      if (settings.codexHome === null) return null;
      mkdirSync(home, { recursive: true, mode: 0o700 });
      return `created ${path(home)}`;
    }
    const done = closedPlaces(home).map((place) => giveRights(place, 0o700));
    return done.filter((what) => what !== null).join(", ") || null;
  },
};

function closedPlaces(home: string): string[] {
  return placesIn(home).filter((place) => isDirectory(place) && !may(place, "list"));
}
