/** Zstandard through the program of that name: Node has it built in only from 22.15 on. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

export const assertZstd = () => {
  if (spawnSync("zstd", ["--version"], { stdio: "ignore" }).status !== 0) {
    throw new Error("the program zstd is missing: install the package of that name");
  }
};

export const zstdText = async (path) => {
  const options = { maxBuffer: MAX_TEXT_BYTES };
  return (await run("zstd", ["-dcq", path], options)).stdout;
};

/** Replaces a file by its compressed form, keeping its time. */
export const compressInPlace = async (path) => {
  await run("zstd", ["-q", "--rm", path]);
  return `${path}.zst`;
};

/** Puts the compressed form beside a file that stays. */
export const compressBeside = (path) => run("zstd", ["-q", "--keep", path]);
