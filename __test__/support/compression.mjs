/**
 * Compresses a rollout and takes it up again as Codex does, which `npm test -- codex` holds against the real one: every
 * file is whole before it has a rollout's name, the compressed one has the time of the last write, and for a moment
 * both are there.
 */
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { storedFrame } from "./zst.mjs";

let made = 0;

/** Says where it is then. */
export async function compressRollout(path) {
  const [temporary, compressed] = [temporaryBeside(path), `${path}.zst`];
  const { atimeMs, mtimeMs } = await stat(path);
  await writeFile(temporary, storedFrame(await readFile(path)));
  await utimes(temporary, atimeMs / 1000, mtimeMs / 1000);
  await rename(temporary, compressed);
  await rm(path);
  return compressed;
}

/** `text` is what it stands for: Node 20 cannot decompress it. The time becomes that of the taking up. */
export async function takeUpCompressed(path, text) {
  const [temporary, plain] = [temporaryBeside(path), path.slice(0, -".zst".length)];
  await writeFile(temporary, text);
  await link(temporary, plain);
  await rm(temporary);
  await rm(path);
  return plain;
}

function temporaryBeside(path) {
  made += 1;
  return join(dirname(path), `rollout-compress-${process.pid}-${made}.tmp`);
}
