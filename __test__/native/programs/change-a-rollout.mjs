// Changes a rollout again and again while somebody else reads it, until it is killed or its parent is gone.
// Arguments: what to do, and the paths that it needs.
import {
  copyFileSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const CHANGES = {
  /** Appends the text of `source` piece by piece, and takes it away again down to its first line. */
  *growAndShrink(path, source) {
    const text = readFileSync(source);
    const least = text.indexOf("\n") + 1;
    const file = openSync(path, "r+");
    const pieces = [1, 7, 400, 3, 90, 2_000, 65_536, 11];
    for (let length = least; ;) {
      for (let at = 0; length < text.length; at += 1) {
        const end = Math.min(length + pieces[at % pieces.length], text.length);
        writeSync(file, text, length, end - length, length);
        length = end;
        yield;
      }
      for (let at = 0; length > least; at += 1) {
        length = Math.max(length - pieces[at % pieces.length] * 3, least);
        ftruncateSync(file, length);
        yield;
      }
    }
  },
  /** Puts the one and the other file in its place. */
  *replace(path, ...sources) {
    for (let at = 0; ; at += 1) {
      copyFileSync(sources[at % sources.length], `${path}.new`);
      renameSync(`${path}.new`, path);
      yield;
    }
  },
  /** Takes it away, and puts it back. */
  *remove(path, source) {
    for (;;) {
      unlinkSync(path);
      yield;
      copyFileSync(source, `${path}.new`);
      renameSync(`${path}.new`, path);
      yield;
    }
  },
  /** Moves it to the archive, and back. */
  *move(path, archived) {
    for (;;) {
      renameSync(path, archived);
      yield;
      renameSync(archived, path);
      yield;
    }
  },
  /** Compresses it in place, and decompresses it: the new form first, then the old one goes. */
  *compress(path, plain, packed) {
    for (;;) {
      copyFileSync(packed, `${path}.tmp`);
      renameSync(`${path}.tmp`, `${path}.zst`);
      unlinkSync(path);
      yield;
      copyFileSync(plain, `${path}.tmp`);
      renameSync(`${path}.tmp`, path);
      unlinkSync(`${path}.zst`);
      yield;
    }
  },
  /** Puts a FIFO in its place, and it back. */
  *block(path, plain, fifo) {
    for (;;) {
      for (const source of [fifo, plain]) {
        linkSync(source, `${path}.new`);
        renameSync(`${path}.new`, path);
        yield;
      }
    }
  },
};

const [change, pauseMs, ...paths] = process.argv.slice(2);
process.once("disconnect", () => process.exit());
process.send("ready");
for (const _ of CHANGES[change](...paths))
  await (pauseMs === "0" ? new Promise(setImmediate) : pause(Number(pauseMs)));
