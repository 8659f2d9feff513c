/** The orchestrator's file about a session: `key=value` lines, or JSON in later versions. */

import { join } from "node:path";
import { isThere } from "./files.js";
import { textBehindLinks } from "../safe-file.js";

/** The orchestrator's own are a few kilobytes. */
const LIMIT_BYTES = 1024 * 1024;

export interface MetadataFile {
  path: string;
  format: "lines" | "json";
}

/** The file that the wrappers would write to; `null` where there is none. */
export function metadataFile(dataDir: string, session: string): MetadataFile | null {
  const json = join(dataDir, `${session}.json`);
  if (isThere(json)) return { path: json, format: "json" };
  const lines = join(dataDir, session);
  return isThere(lines) ? { path: lines, format: "lines" } : null;
}

/** Its pairs; `null` where it is not of its format. */
export function readMetadata({ path, format }: MetadataFile): Record<string, string> | null {
  const text = textBehindLinks(path, LIMIT_BYTES);
  if (text === null) return null;
  return format === "json" ? fromJson(text) : fromLines(text);
}

function fromJson(text: string): Record<string, string> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const texts = Object.entries(value).filter(
      (pair): pair is [string, string] => typeof pair[1] === "string",
    );
    return Object.fromEntries(texts);
  } catch {
    return null;
  }
}

function fromLines(text: string): Record<string, string> | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const pairs = lines.map((line) => [line.indexOf("="), line] as const);
  if (pairs.some(([at]) => at <= 0)) return null;
  return Object.fromEntries(
    pairs.map(([at, line]) => [line.slice(0, at).trim(), line.slice(at + 1).trim()]),
  );
}
