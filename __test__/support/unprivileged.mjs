/** Asks the addon as a user who may not read everything. */
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";

const program = fileURLToPath(new URL("../native/programs/ask-unprivileged.mjs", import.meta.url));

/** Answers `{ value }` or `{ error }` to each call, `[name of the function, ...arguments]`. */
export async function askUnprivileged(...calls) {
  const { code, stdout, stderr } = await run(process.execPath, [program, JSON.stringify(calls)]);
  if (code !== 0) throw new Error(`asking ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The same while `path` has this mode, which takes from everybody the right to list or enter it. */
export async function askWhileMode(path, mode, ...calls) {
  chmodSync(path, mode);
  try {
    return await askUnprivileged(...calls);
  } finally {
    chmodSync(path, 0o755);
  }
}
