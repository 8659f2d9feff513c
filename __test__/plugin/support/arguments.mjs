/** Runs a launch command in a shell, and says which arguments arrived. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The bytes that the fake Codex of `world.codex()` was given. */
export const argumentsAfter = async (world, command, shell = "sh") => {
  await run(shell, ["-c", command], { cwd: world.root });
  return readArguments(world);
};

export const readArguments = async (world) => {
  const text = await readFile(world.path("arguments"), "utf8");
  return text.split("\0").slice(0, -1);
};

/** The values of `-c key=…`, by key; a key with several values keeps the last, as in Codex. */
export const settingsOf = (words) =>
  Object.fromEntries(
    words
      .filter((_, index) => words[index - 1] === "-c")
      .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );

/** The words without `-c key=value`. */
export const flagsOf = (words) =>
  words.filter((word, index) => word !== "-c" && words[index - 1] !== "-c");
