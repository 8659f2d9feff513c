/** The session's metadata file, which the wrappers write to. */

import { lstatSync, rmdirSync, rmSync } from "node:fs";
import type { Stats } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { path } from "../../terminal/format.js";
import { shellWord } from "../../launch/shell.js";
import type { Check, Finding } from "../check.js";
import { fail, ok, warn } from "../check.js";
import { giveRights, isDirectory, isFile, may } from "../files.js";
import type { Machine } from "../machine.js";
import type { MetadataFile } from "../metadata-file.js";
import { metadataFile, readMetadata } from "../metadata-file.js";
import { homeDirectory, realPath } from "../../paths.js";

/** The orchestrator's own limit. */
const STALE_LOCK_MS = 60_000;

export const metadata: Check = {
  id: "metadata",
  needs: "orchestrator",
  async look({ session, native, settings }: Machine): Promise<Finding> {
    if (session === null)
      return warn(
        "not in a session: neither AO_SESSION nor AO_DATA_DIR is set",
        "run this in the terminal of a session, or with --workspace of one",
      );
    const { id, dataDir } = session;
    if (id === "" || dataDir === null) {
      const [set, missing] =
        id === "" ? ["AO_DATA_DIR", "AO_SESSION"] : ["AO_SESSION", "AO_DATA_DIR"];
      return fail(
        `${set} is set and ${missing} is not`,
        "start the session with the orchestrator: it sets both",
      );
    }
    if (id.includes("/") || id.includes(".."))
      return fail(
        `the wrappers refuse the session name ${id}`,
        "name the session without / and ..",
      );
    if (!isAllowed(dataDir))
      return fail(
        `the wrappers refuse ${path(dataDir)}: it is outside of ~/.ao, ~/.agent-orchestrator and ${tmpdir()}`,
        "let AO_DATA_DIR lie in one of them",
      );
    const file = metadataFile(dataDir, id);
    if (file === null)
      return fail(
        `${path(join(dataDir, id))} is not there, with or without .json`,
        "start the session again: the orchestrator creates it",
      );
    const needsJq = file.format === "json" && (await helperNode(native, settings.aoHome)) === null;
    return judge(
      file,
      needsJq && native.findProgramSync("jq", { aoHome: settings.aoHome }) === null,
    );
  },
  async fix({ session }: Machine): Promise<string | null> {
    const file = fileOf(session);
    if (file === null) return null;
    const done = [giveRights(dirname(file.path), 0o700), giveRights(file.path, 0o600)];
    const lock = lockOf(file);
    if (lock !== null && isStale(lock.stat)) {
      // One that is no file may be a directory; where something is in it, that is somebody's.
      if (lock.stat.isDirectory()) rmdirSync(lock.path);
      else rmSync(lock.path, { force: true });
      done.push(`removed ${path(lock.path)}`);
    }
    return done.filter((what) => what !== null).join(", ") || null;
  },
};

function judge(file: MetadataFile, cannotWriteJson: boolean): Finding {
  const shown = path(file.path);
  if (!isFile(file.path)) return fail(`${shown} is no regular file`, "start the session again");
  if (!may(file.path, "read") || !may(file.path, "write"))
    return fail(`${shown} cannot be written`, `chmod u+rw ${shellWord(file.path)}`);
  if (!may(dirname(file.path), "fill"))
    return fail(
      `${path(dirname(file.path))} cannot be written`,
      `chmod u+rwx ${shellWord(dirname(file.path))}`,
    );
  if (readMetadata(file) === null)
    return fail(
      `${shown} is not ${file.format === "json" ? "a JSON object" : "of lines key=value"}`,
      "fix it by hand, or start the session again",
    );
  if (cannotWriteJson)
    return fail(
      `${shown} is JSON, and the wrappers have neither node nor jq to write it`,
      "ao-codex wrappers install",
    );
  const lock = lockOf(file);
  if (lock !== null && !lock.stat.isFile())
    return warn(
      `${path(lock.path)} is no file, and in the way of every update`,
      `${lock.stat.isDirectory() ? "rm -r" : "rm"} ${shellWord(lock.path)}`,
    );
  if (lock !== null && isStale(lock.stat))
    return warn(`a process that died left ${path(lock.path)} behind`, `rm ${shellWord(lock.path)}`);
  return ok(shown);
}

/** The wrappers' own rule. */
function isAllowed(dataDir: string): boolean {
  const real = realPath(dataDir);
  const roots = [
    join(homeDirectory(), ".ao"),
    join(homeDirectory(), ".agent-orchestrator"),
    tmpdir(),
    "/tmp",
  ];
  return roots.map(realPath).some((root) => real === root || real.startsWith(root + sep));
}

async function helperNode(native: Machine["native"], aoHome: string): Promise<string | null> {
  return process.platform === "win32" ? null : (await native.wrappersStatus({ aoHome })).nodePath;
}

function fileOf(session: Machine["session"]): MetadataFile | null {
  if (session === null || session.dataDir === null || !isDirectory(session.dataDir)) return null;
  return metadataFile(session.dataDir, session.id);
}

interface Lock {
  path: string;
  stat: Stats;
}

function lockOf({ path: file }: MetadataFile): Lock | null {
  const lock = `${file}.lock`;
  const stat = lstatSync(lock, { throwIfNoEntry: false });
  return stat === undefined ? null : { path: lock, stat };
}

/** One from the future was made before the clock was set back. */
function isStale({ mtimeMs }: Stats): boolean {
  return Math.abs(Date.now() - mtimeMs) > STALE_LOCK_MS;
}
