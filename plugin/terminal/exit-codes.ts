/** The end of the command: its exit codes, and what it says of what went wrong. */
import { plain } from "./sanitize.js";

/** Ended by Ctrl-C, as a shell reports it. */
export const INTERRUPTED_EXIT_CODE = 130;

const FAILURE_EXIT_CODE = 1;
const OVER_LIMIT_EXIT_CODE = 3;

/** Ended by Ctrl-C. */
export class Interrupted extends Error {}

/** A check of the doctor failed; what it has to say, it has said. */
export class CheckFailed extends Error {}

/** More was spent, or used, than the user allows. */
export class OverLimit extends Error {}

/** Says what went wrong where nobody has said it yet, and answers with the exit code. */
export function exitCodeAfter(error: unknown): number {
  if (error instanceof Interrupted) return INTERRUPTED_EXIT_CODE;
  if (error instanceof CheckFailed) return FAILURE_EXIT_CODE;
  process.stderr.write(`ao-codex: ${plain(messageOf(error))}\n`);
  if (error instanceof OverLimit) return OVER_LIMIT_EXIT_CODE;
  return FAILURE_EXIT_CODE;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isWithoutDirectory = "syscall" in error && error.syscall === "uv_cwd";
  return isWithoutDirectory
    ? "the directory that this shell is in has gone: cd to one that is there"
    : error.message;
}
