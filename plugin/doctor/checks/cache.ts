/** The cache directory: without it everything works, and is found out anew by every process. */

import { mkdirSync } from "node:fs";
import { path } from "../../terminal/format.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { ok, warn } from "../check.js";
import { giveRights, isDirectory, isThere, may, nearest } from "../files.js";
import type { Machine } from "../machine.js";

const WITHOUT = "so every process starts cold";

export const cache: Check = {
  id: "cache",
  async look({ native }: Machine): Promise<Finding> {
    const { cacheDirectory: directory } = await native.places();
    if (directory === null)
      return warn(`no home directory is known, ${WITHOUT}`, "set HOME, or XDG_CACHE_HOME");
    const place = nearest(directory);
    if (!isDirectory(place))
      return warn(
        `${path(place)} is not a directory, ${WITHOUT}`,
        `remove it, or set XDG_CACHE_HOME`,
      );
    if (!may(place, "fill"))
      return warn(
        `${path(place)} cannot be written, ${WITHOUT}`,
        `chmod u+rwx ${shellWord(place)}`,
      );
    return ok(
      isThere(directory) ? path(directory) : `${path(directory)}, created when it is needed`,
    );
  },
  async fix({ native }: Machine): Promise<string | null> {
    const { cacheDirectory: directory } = await native.places();
    if (directory === null) return null;
    const place = nearest(directory);
    const done = isDirectory(place) ? giveRights(place, 0o700) : null;
    if (done !== null) mkdirSync(directory, { recursive: true, mode: 0o700 });
    return done;
  },
};
