/**
 * Rollouts that are compressed. The thread of a workspace is the one whose file was written last, so what is done to
 * the files of the others must not look like a write: Codex and `zstd` keep the time, to the nanosecond.
 */
import assert from "node:assert/strict";
import { readdir, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";

import { threadToResume } from "../ao-codex.mjs";
import { run, say } from "../steps.mjs";
import { until } from "../until.mjs";
import { compressBeside, compressInPlace } from "../zstd.mjs";

const COMPRESSION_SINCE = "0.144.6";
/** An older one may take the compressed form for the thread and refuse to resume it. */
const BOTH_FORMS_SINCE = "0.144.6";

const DAY_MS = 24 * 3600 * 1000;
/** Between six days and eight, Codex begins to compress what was not written. */
const UNTOUCHED_DAYS = { tooFew: 6, enough: 8 };

export const compressedByHand = {
  name: "compressed-by-hand",
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    await lab.resume(threadId, [say()]);
    await lab.exec([say()]);
    const writtenAt = await writeTime(lab, threadId);
    await compressInPlace(await lab.rolloutOf(threadId));
    assert.equal(await writeTime(lab, threadId), writtenAt);
  },
};

/** Both forms of one rollout at once, as a crash in between leaves them; the plain one goes on. */
export const bothForms = {
  name: "both-forms",
  since: BOTH_FORMS_SINCE,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    const path = await lab.rolloutOf(threadId);
    await compressBeside(path);
    await lab.resume(threadId, [say()]);
  },
};

/** With the feature on, a starting Codex compresses what was not written for a week. */
export const compressedByCodex = {
  name: "compressed-by-codex",
  since: COMPRESSION_SINCE,
  async play(lab) {
    const { threadId: kept } = await lab.exec([run("echo one"), say()]);
    const { threadId: resumed } = await lab.exec([run("echo two"), say()]);
    const { threadId: recent } = await lab.exec([say()]);
    const { threadId: current } = await lab.exec([say()]);
    await age(lab, recent, UNTOUCHED_DAYS.tooFew);
    const before = await filesBeside(lab, kept);
    const times = await compress(lab, [kept, resumed]);

    const packed = [kept, resumed];
    const expected = before.map((name) =>
      packed.some((threadId) => name.includes(threadId)) ? `${name}.zst` : name,
    );
    assert.deepEqual(await filesBeside(lab, kept), expected);
    assert.deepEqual(await Promise.all(packed.map((one) => writeTime(lab, one))), times);
    assert.equal(await threadToResume(lab.workspace, lab), current);

    await lab.resume(resumed, [say()]);
    assert.equal(await formOf(lab, resumed), "plain");
    assert.equal(await threadToResume(lab.workspace, lab), resumed);
  },
};

/** To take a thread up is a write, whether a turn follows or not. */
export const compressedTakenUp = {
  name: "compressed-taken-up",
  since: COMPRESSION_SINCE,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    const { threadId: current } = await lab.exec([say()]);
    await compress(lab, [threadId]);
    await lab.withAppServer(async (server) => {
      await server.request("thread/resume", { threadId });
    });
    assert.equal(await formOf(lab, threadId), "plain");
    assert.ok((await writeTime(lab, threadId)) > (await writeTime(lab, current)));
  },
};

/** To archive a thread is no write, to take it out again is one, and it may stay compressed. */
export const compressedUnarchived = {
  name: "compressed-unarchived",
  since: COMPRESSION_SINCE,
  async play(lab) {
    const { threadId } = await lab.exec([run("echo one"), say()]);
    const { threadId: current } = await lab.exec([say()]);
    const [writtenAt] = await compress(lab, [threadId]);
    await lab.withAppServer(async (server) => {
      await server.request("thread/archive", { threadId });
      assert.equal(await writeTime(lab, threadId), writtenAt);
      await server.request("thread/unarchive", { threadId });
    });
    assert.equal(await formOf(lab, threadId), "compressed");
    assert.ok((await writeTime(lab, threadId)) > (await writeTime(lab, current)));
  },
};

/** Has Codex compress these threads; gives the times of their last writes before. */
async function compress(lab, threadIds) {
  for (const threadId of threadIds) await age(lab, threadId, UNTOUCHED_DAYS.enough);
  const times = await Promise.all(threadIds.map((threadId) => writeTime(lab, threadId)));
  // Not earlier: the worker runs once in a while only, and would have run before.
  await lab.reconfigure({ features: { local_thread_store_compression: true } });
  await lab.withAppServer(async (server) => {
    await server.startThread();
    for (const threadId of threadIds) {
      await until(async () => (await formOf(lab, threadId)) === "compressed");
    }
  });
  return times;
}

async function age(lab, threadId, days) {
  const then = new Date(Date.now() - days * DAY_MS);
  await utimes(await lab.rolloutOf(threadId), then, then);
}

async function writeTime(lab, threadId) {
  return (await stat(await lab.rolloutOf(threadId), { bigint: true })).mtimeNs;
}

async function formOf(lab, threadId) {
  return (await lab.rolloutOf(threadId)).endsWith(".zst") ? "compressed" : "plain";
}

/** Every name in the directory of a rollout. */
async function filesBeside(lab, threadId) {
  return (await readdir(dirname(await lab.rolloutOf(threadId)))).toSorted();
}
