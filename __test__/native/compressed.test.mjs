/** Rollouts that Codex compressed, and files that only claim it. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as native from "@ao/plugin-codex/native";
import { aoCodex } from "../support/command.mjs";
import { head, thread, usage } from "../support/expected.mjs";
import { activePath, archivedPath, temporaryFolder, writeFile } from "../support/home.mjs";
import { measure } from "../support/measure.mjs";
import { lines, message, oneTurn, threadId, tokenCount } from "../support/records.mjs";
import { bomb, frameWithWindow, storedFrame } from "../support/zst.mjs";

const [PACKED, PLAIN] = [1, 2].map(threadId);
const TOKENS = [100, 0, 10, 0];

const textOf = (id, tokens = TOKENS) =>
  lines(...oneTurn(id, { within: [message("Grüße 🛒"), tokenCount(tokens)] }));
const packed = (text) => storedFrame(Buffer.from(text));

/** A home with a plain rollout and a compressed file with these bytes. */
function homeWith(t, bytes) {
  const folder = temporaryFolder(t);
  const plain = writeFile(folder, activePath(PLAIN), textOf(PLAIN));
  const path = writeFile(folder, `${activePath(PACKED)}.zst`, bytes);
  return { options: { codexHome: folder }, folder, plain, path };
}

test("a compressed rollout is read like any other", async (t) => {
  const { options, plain, path } = homeWith(t, packed(textOf(PACKED)));
  const expected = thread(PACKED, path, usage(TOKENS), { compressed: true });
  const { threads, skipped } = await native.homeUsage(options);
  assert.deepEqual(
    [threads, skipped],
    [
      [thread(PLAIN, plain, usage(TOKENS)), expected].toSorted((a, b) =>
        a.rolloutPath < b.rolloutPath ? 1 : -1,
      ),
      [],
    ],
  );
  assert.deepEqual(await native.rolloutUsage(path), expected);
  const list = await native.listThreads(options);
  assert.deepEqual(
    list.threads.find(({ threadId: id }) => id === PACKED),
    head(PACKED, path, { compressed: true }),
  );
  assert.equal((await native.readActivity(path)).turn, "finished");
});

test("a rollout in frames one after another is one text", async (t) => {
  const text = textOf(PACKED);
  const cut = text.indexOf("turn_context") + 3;
  const frames = Buffer.concat([packed(text.slice(0, cut)), packed(text.slice(cut))]);
  const { path } = homeWith(t, frames);
  assert.deepEqual(
    await native.rolloutUsage(path),
    thread(PACKED, path, usage(TOKENS), { compressed: true }),
  );
});

test("half a record at the end of a compressed rollout is not there", async (t) => {
  const text = textOf(PACKED);
  const { path } = homeWith(t, packed(text.slice(0, -20)));
  const one = await native.rolloutUsage(path);
  assert.deepEqual([one.usage, one.skippedRecords, one.turn], [usage(TOKENS), 0, "running"]);
});

const whole = packed(textOf(PACKED));
const withByte = (at, byte) => Buffer.from(whole.map((old, index) => (index === at ? byte : old)));

const UNREADABLE = {
  "cut in the middle": [whole.subarray(0, whole.length >> 1), "incomplete frame"],
  "cut before its last byte": [whole.subarray(0, -1), "incomplete frame"],
  "cut behind its header": [whole.subarray(0, 9), "incomplete frame"],
  "with a broken beginning": [withByte(0, 0), "Unknown frame descriptor"],
  "with a block of a kind that is none": [withByte(9, 0b111), "Data corruption detected"],
  "followed by something else": [
    Buffer.concat([whole, Buffer.from("garbage!")]),
    "Unknown frame descriptor",
  ],
  "of no bytes": [Buffer.alloc(0), "incomplete frame"],
  "that is plain text": [Buffer.from(textOf(PACKED)), "Unknown frame descriptor"],
  "that wants 64 MB to be read": [
    frameWithWindow(textOf(PACKED), 26),
    "Frame requires too much memory for decoding",
  ],
};

for (const [what, [bytes, reason]] of Object.entries(UNREADABLE)) {
  test(`a compressed rollout ${what} is named, and the others are read`, async (t) => {
    const { options, plain, path } = homeWith(t, bytes);
    const { threads, skipped } = await native.homeUsage(options);
    assert.deepEqual(threads, [thread(PLAIN, plain, usage(TOKENS))]);
    assert.deepEqual(skipped, [{ path, reason }]);
    const refusal = `cannot read rollout ${path}: ${reason}`;
    await assert.rejects(native.rolloutUsage(path), { message: refusal, code: "GenericFailure" });
    await assert.rejects(native.threadUsage(PACKED, options), {
      message: `cannot read ${path}: ${reason}`,
      code: "GenericFailure",
    });
    await assert.rejects(native.readActivity(path), { code: "GenericFailure" });
  });
}

for (const [what, byte] of [
  ["spaces", 0x20],
  ["empty lines", 0x0a],
  ["one endless text", 0x78],
]) {
  test(`a bomb of ${what} is named, and takes neither long nor much memory`, async (t) => {
    // 16 KB that stand for 512 MB: within the bounds of a rollout's size, far beyond those of its compression.
    const bytes = bomb(textOf(PACKED), byte, 4096);
    assert.ok(bytes.length < 20_000);
    const { folder, path, plain } = homeWith(t, bytes);
    const { cpuMs, grownMb, answer } = await measure("homeUsage", [{ codexHome: folder }]);
    const { threads, skipped } = answer;
    assert.deepEqual(threads, [thread(PLAIN, plain, usage(TOKENS))]);
    assert.deepEqual(skipped, [{ path, reason: "decompresses to more than 1000 times its size" }]);
    assert.ok(cpuMs < 5_000, `${cpuMs} ms`);
    assert.ok(grownMb < 64, `${grownMb} MB`);
  });
}

test("of both forms of a rollout the plain one counts, which Codex goes on with", async (t) => {
  const { options, path } = homeWith(t, packed(textOf(PACKED, [1, 0, 1, 0])));
  const plain = path.slice(0, -".zst".length);
  writeFile(options.codexHome, activePath(PACKED), textOf(PACKED));
  const { threads, skipped } = await native.homeUsage(options);
  assert.deepEqual(
    [threads.filter((one) => one.threadId === PACKED), skipped],
    [[thread(PACKED, plain, usage(TOKENS))], []],
  );
  rmSync(plain);
  const after = (await native.homeUsage(options)).threads.find((one) => one.threadId === PACKED);
  assert.deepEqual([after.rolloutPath, after.usage], [path, usage([1, 0, 1, 0])]);
});

test("an active form counts before an archived one, compressed or not", async (t) => {
  const { options, path } = homeWith(t, packed(textOf(PACKED)));
  writeFile(options.codexHome, archivedPath(PACKED), textOf(PACKED, [9, 0, 9, 0]));
  const found = (await native.homeUsage(options)).threads.find((one) => one.threadId === PACKED);
  assert.deepEqual([found.rolloutPath, found.usage], [path, usage(TOKENS)]);
});

test("the command names what it could not decompress", async (t) => {
  const { folder } = homeWith(t, whole.subarray(0, -1));
  const { code, stdout, stderr } = await aoCodex(["usage", "--codex-home", folder]);
  assert.equal(code, 0);
  const text = (stdout + stderr).replaceAll(/\s+/g, " ");
  assert.match(text, /Left out: 1 file: .*\.jsonl\.zst \(incomplete frame\)/);
});

test("the sample's compressed rollout is what it says it is", async () => {
  const sample = new URL("../../samples/codex-home/", import.meta.url).pathname;
  const { threads } = await native.listThreads({ codexHome: sample });
  const compressed = threads.filter((one) => one.compressed);
  assert.equal(compressed.length, 1);
  const [{ rolloutPath, sizeBytes }] = compressed;
  assert.equal(sizeBytes, statSync(rolloutPath).size);
  assert.equal(readFileSync(rolloutPath).readUInt32LE(0), 0xfd2fb528);
  assert.ok(rolloutPath.startsWith(join(sample, "sessions")));
});
