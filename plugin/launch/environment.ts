/** The environment of a session. */

import { delimiter, normalize } from "node:path";
import { findProgramSync, wrappersDirectorySync } from "../native.js";
import { realPathOf } from "./guarded.js";
import type { PluginSettings } from "../settings.js";

/** Variables beside those that the orchestrator sets itself. */
export function sessionEnvironment(
  settings: PluginSettings,
  sessionId: string,
  issueId: string | undefined,
): Record<string, string> {
  const { aoHome, codexHome } = settings;
  const gh = findProgramSync("gh", { aoHome });
  return {
    AO_SESSION_ID: sessionId,
    ...(issueId === undefined || issueId === "" ? {} : { AO_ISSUE_ID: issueId }),
    PATH: pathWithFirst(wrappersDirectorySync({ aoHome }), process.env["PATH"] ?? ""),
    ...(gh === null ? {} : { GH_PATH: gh }),
    CODEX_DISABLE_UPDATE_CHECK: "1",
    // The terminal's server was started from another environment than ours.
    ...(codexHome === null ? {} : { CODEX_HOME: codexHome }),
  };
}

/** PATH with `first` at its head and every directory once, where it comes first. */
export function pathWithFirst(first: string, path: string): string {
  const seen = new Set([nameOf(first)]);
  const others = path.split(delimiter).filter((dir) => {
    if (dir === "" || seen.has(nameOf(dir))) return false;
    seen.add(nameOf(dir));
    return true;
  });
  return [first, ...others].join(delimiter);
}

/** The form that two spellings of one directory have in common. */
function nameOf(dir: string): string {
  return realPathOf(dir) ?? normalize(dir).replace(/(?<=.)\/+$/, "");
}
