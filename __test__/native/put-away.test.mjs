/** Of threads with equally new records the one counts whose file was written last, whatever is done to the others. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { compressRollout, takeUpCompressed } from "../support/compression.mjs";
import { head } from "../support/expected.mjs";
import { activePath, archivedPath, temporaryFolder, writeFile } from "../support/home.mjs";
import { lines, oneTurn, threadId } from "../support/records.mjs";

const WORKSPACE = "/home/dev/shop";
const [OLD, CURRENT] = [1, 2].map(threadId);
const [LONG_AGO, TODAY, NOW] = ["2026-03-20", "2026-05-20", "2026-05-21"].map(
  (day) => `${day}T08:00:00.000Z`,
);

const text = lines(...oneTurn(OLD));

/** A home in which one thread of a workspace ended long before the other; asked for it this often. */
async function homeAsked(t, times) {
  const codexHome = temporaryFolder(t);
  const old = writeFile(codexHome, activePath(OLD), text, LONG_AGO);
  const current = writeFile(codexHome, activePath(CURRENT), lines(...oneTurn(CURRENT)), TODAY);
  const find = () => native.findRollout(WORKSPACE, { codexHome });
  const expected = head(CURRENT, current, { updatedAtMs: Date.parse(TODAY) });
  for (let left = times; left > 0; left -= 1) assert.deepEqual(await find(), expected);
  return { codexHome, old, find, expected };
}

for (const [who, times] of [
  ["who asks for the first time", 0],
  ["who has asked before", 3],
]) {
  test(`${who} is told the thread in use, though an old one was compressed later`, async (t) => {
    const { old, find, expected } = await homeAsked(t, times);
    await compressRollout(old);
    assert.deepEqual([await find(), await find()], [expected, expected]);
  });

  test(`${who} is told a compressed thread when it was taken up again`, async (t) => {
    const { old, find } = await homeAsked(t, times);
    const compressed = await compressRollout(old);
    const plain = await takeUpCompressed(compressed, text);
    utimesSync(plain, new Date(NOW), new Date(NOW));
    const expected = head(OLD, plain);
    assert.deepEqual([await find(), await find()], [expected, expected]);
  });

  test(`${who} is told a compressed thread when it was taken out of the archive`, async (t) => {
    const { codexHome, old, find, expected } = await homeAsked(t, times);
    const compressed = await compressRollout(old);
    const archived = join(codexHome, `${archivedPath(OLD)}.zst`);
    mkdirSync(dirname(archived));
    renameSync(compressed, archived);
    assert.deepEqual(await find(), expected);
    // Codex sets the time and leaves it compressed; its own `resume --last` takes it then.
    renameSync(archived, compressed);
    utimesSync(compressed, new Date(NOW), new Date(NOW));
    const taken = head(OLD, compressed, { compressed: true });
    assert.deepEqual([await find(), await find()], [taken, taken]);
  });
}
