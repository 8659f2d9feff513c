/** Our set of wrappers: where it is, whether it is whole, and whose set stands in its usual place otherwise. */

import { path } from "../../terminal/format.js";
import type { WrappersStatus } from "../../../index.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { giveRights, statOf } from "../files.js";
import type { Machine } from "../machine.js";

const INSTALL = "ao-codex wrappers install";
const FORCE = `${INSTALL} --force replaces them`;
/** The right of others to write. */
const OTHERS_WRITE = 0o022;
const OTHERS = 0o077;

export const wrappers: Check = {
  id: "wrappers",
  needs: "orchestrator",
  async look(machine: Machine): Promise<Finding> {
    if (process.platform === "win32") return ok("not for Windows");
    const status = await statusOf(machine);
    if (isOpen(machine))
      return fail(
        `${path(status.directory)} can be written by others, who would run their git as you`,
        `chmod 700 ${shellWord(status.directory)}`,
      );
    return judge(status);
  },
  async fix(machine: Machine): Promise<string | null> {
    const { native, settings } = machine;
    const done = isOpen(machine) ? close(machine.wrappers) : null;
    const status = await statusOf(machine);
    const isKept = ["foreign", "newer"].includes(status.owner);
    if (status.ok || isKept || status.files.some(({ state }) => state === "foreign")) return done;
    const isChanged = status.files.some(({ state }) => state === "changed");
    const change = await native.installWrappers({
      aoHome: settings.aoHome,
      nodePath: process.execPath,
      // The marker says that they are ours, so what was changed in them may go.
      ...(isChanged && { force: true }),
    });
    return change.outcome === "written"
      ? `installed the wrappers in ${path(status.directory)}`
      : done;
  },
};

function statusOf({ native, settings: { aoHome } }: Machine): Promise<WrappersStatus> {
  return native.wrappersStatus({ aoHome });
}

function isOpen(machine: Machine): boolean {
  return ((statOf(machine.wrappers)?.mode ?? 0) & OTHERS_WRITE) !== 0;
}

function close(directory: string): string | null {
  return giveRights(directory, 0o700, OTHERS);
}

function judge(status: WrappersStatus): Finding {
  const { directory, host, owner, version, files, nodePath } = status;
  const where = path(directory);
  const isOthers = owner === "foreign" || owner === "newer";
  const broken = files.filter(
    ({ name, state }) =>
      state !== "current" && state !== "changed" && !(isOthers && name === "ao-codex-hook"),
  );
  const named = broken.map(({ name, state }) => `${name} ${STATES[state]}`).join(", ");
  const isUnusable = broken.some(({ state }) => state !== "foreign");
  switch (owner) {
    case "none":
      return host === null
        ? fail(`there are none in ${where}`, INSTALL)
        : warn(
            `the orchestrator's own, ${host.version}, are in ${path(host.directory)} and left alone; ours are not beside them`,
            INSTALL,
          );
    case "foreign":
    case "newer": {
      const whose = owner === "newer" ? "a newer version of ours" : "the orchestrator's own";
      const found = `${whose}, ${version}, are in ${where} and left alone`;
      return isUnusable ? fail(`${found}; ${named}`, FORCE) : warn(found, FORCE);
    }
    case "older":
    case "old":
      return warn(`those in ${where} are outdated (${version})`, INSTALL);
    case "current":
  }
  if (isUnusable) return fail(`in ${where}: ${named}`, INSTALL);
  if (broken.length > 0) return fail(`in ${where}: ${named}`, FORCE);
  const changed = files.filter(({ state }) => state === "changed").map(({ name }) => name);
  if (changed.length > 0)
    return warn(`in ${where}: ${changed.join(", ")} changed by somebody`, FORCE);
  if (!status.ok) return fail(`they use ${nodePath}, which is gone`, INSTALL);
  const beside =
    host === null
      ? ""
      : `, which a session meets first; those of the orchestrator (${host.version}) stay in ${path(host.directory)}`;
  return ok(`${where}, version ${version}${beside}`);
}

const STATES = {
  current: "is current",
  changed: "was changed",
  foreign: "is not ours",
  notExecutable: "is not executable",
  missing: "is missing",
} as const;
