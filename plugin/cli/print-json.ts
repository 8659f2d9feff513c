/** Documents, which programs read. */
import { safeJson } from "../terminal/sanitize.js";
import { writeText } from "../terminal/stdout.js";

export function printJson(document: unknown): void {
  writeText(`${safeJson(document)}\n`);
}
