import { plain } from "./sanitize.js";

/** Warns on stderr, in one line, of something that went wrong without stopping anything. */
export function warn(what: string, error?: unknown): void {
  const cause = error instanceof Error ? error.message : error;
  const text = cause === undefined ? what : `${what}: ${String(cause)}`;
  process.stderr.write(`ao-codex: ${plain(text.replaceAll(/\s*\n\s*/g, " "))}\n`);
}
