/** The version of this package. */
import { readFileSync } from "node:fs";

export function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const manifest: { version?: unknown } = JSON.parse(text);
  return String(manifest.version);
}
