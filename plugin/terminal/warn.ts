import { plain } from "./sanitize.js";

/** What went wrong without stopping anything, in one line on stderr. */
export function warn(what: string, error?: unknown): void {
  const cause = error instanceof Error ? error.message : error;
  const text = cause === undefined ? what : `${what}: ${String(cause)}`;
  process.stderr.write(`ao-codex: ${plain(text.replaceAll(/\s*\n\s*/g, " "))}\n`);
}
