/** How the command ends: its exit codes, and what it says of what went wrong. */
import { plain } from "./sanitize.js";

/** Ended by Ctrl-C, as a shell reports it. */
export const INTERRUPTED_EXIT_CODE = 130;

const FAILURE_EXIT_CODE = 1;

/** Ended by Ctrl-C. */
export class Interrupted extends Error {}

/** A check of the doctor failed; what it has to say, it has said. */
export class Unwell extends Error {}

/** Says what went wrong where nobody has said it yet, and answers with the exit code. */
export function exitCodeAfter(error: unknown): number {
  if (error instanceof Interrupted) return INTERRUPTED_EXIT_CODE;
  if (error instanceof Unwell) return FAILURE_EXIT_CODE;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`ao-codex: ${plain(message)}\n`);
  return FAILURE_EXIT_CODE;
}
