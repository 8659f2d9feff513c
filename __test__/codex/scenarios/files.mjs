import { copyFile, mkdir, readFile, stat, symlink, truncate } from "node:fs/promises";
import { basename, join } from "node:path";

import { run, say } from "../steps.mjs";
import { TORN_AWAY } from "../written-down.mjs";

const ARCHIVE_SINCE = "0.80.0";
const UNARCHIVE_SINCE = "0.98.0";
const MIGRATION_SINCE = "0.154.0";
/** Writes what `migrate-rollouts` has to migrate. */
const LAST_LEGACY = "0.144.6";

export const archive = {
  name: "archive",
  since: ARCHIVE_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const kept = await server.startThread();
      await server.turn(kept, [run("echo one"), say()]);
      const gone = await server.startThread();
      await server.turn(gone, [say()]);
      await server.request("thread/archive", { threadId: gone });
    });
  },
};

export const unarchive = {
  name: "unarchive",
  since: UNARCHIVE_SINCE,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.withAppServer(async (server) => {
      await server.request("thread/archive", { threadId });
      await server.request("thread/unarchive", { threadId });
    });
    await lab.resume(threadId, [say()]);
  },
};

export const forkOfArchived = {
  name: "fork-of-archived",
  since: ARCHIVE_SINCE,
  async play(lab) {
    await lab.withAppServer(async (server) => {
      const parent = await server.startThread();
      await server.turn(parent, [run("echo one"), say()]);
      const child = await server.fork(parent);
      await server.turn(child, [run("echo child"), say()]);
      await server.request("thread/archive", { threadId: parent });
      await server.turn(child, [say()]);
    });
  },
};

/** A backup of a rollout among the archived ones is no second bill. */
export const archivedCopy = {
  name: "archived-copy",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    const path = await lab.rolloutOf(threadId);
    const folder = join(lab.codexHome, "archived_sessions");
    await mkdir(folder, { recursive: true });
    await copyFile(path, join(folder, basename(path)));
    await lab.resume(threadId, [say()]);
  },
};

/** The machine lost power: the last line has no end. The thread goes on behind it. */
export const tornLine = {
  name: "torn-line",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    const path = await lab.rolloutOf(threadId);
    const lastRecord = JSON.parse((await readFile(path, "utf8")).trimEnd().split("\n").at(-1));
    if (lastRecord.payload.type === "token_count") {
      lab.ledger.entries.at(-1).fate = TORN_AWAY;
    }
    await truncate(path, (await stat(path)).size - 20);
    await lab.resume(threadId, [run("echo two"), say()]);
  },
};

/** One directory by its own name and by a link, one with a space and a letter beyond ASCII. */
export const directories = {
  name: "directories",
  async play(lab) {
    const plain = await lab.makeWorkspace("project");
    const odd = await lab.makeWorkspace("über project");
    const link = join(lab.folder, "link to project");
    await symlink(plain, link);
    await lab.exec([run("pwd"), say()], { cwd: odd });
    await lab.exec([say()], { cwd: plain });
    await lab.exec([say()], { cwd: link, workspace: plain });
    await lab.exec([say()], { flags: ["-C", link], workspace: plain });
    const { threadId } = await lab.exec([say()], { cwd: plain });
    await lab.resume(threadId, [say()], { cwd: odd });
  },
};

export const migration = {
  name: "migration",
  since: MIGRATION_SINCE,
  otherVersions: () => [LAST_LEGACY],
  async play(lab) {
    const newest = lab.version;
    await lab.switchTo(LAST_LEGACY);
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.resume(threadId, [say()]);
    await lab.withAppServer(async (server) => {
      const child = await server.fork(threadId);
      await server.turn(child, [say()]);
    });
    await lab.switchTo(newest);
    await lab.run(["migrate-rollouts", "--apply"]);
    await lab.resume(threadId, [run("echo two"), say()]);
  },
};
