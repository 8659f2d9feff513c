/** The Codex that runs in a session's terminal: the orchestrator found it, in a PATH that may be another than ours. */

import { isAbsolute } from "node:path";
import { isCodexName } from "../session/process/is-codex.js";
import { codexesIn } from "../session/process/running.js";
import { Snapshots } from "../session/process/snapshot.js";
import { isFile, may } from "./files.js";

/** Of a command line: an interpreter, some options and a path with spaces; what follows may be a long prompt. */
const MOST_WORDS = 24;

/** The path that it was started by; `null` where none runs, or the system does not tell. */
export async function sessionCodex(tmuxName: string): Promise<string | null> {
  // Where processes cannot be listed, `activity` says so.
  const snapshot = await new Snapshots().take().catch(() => null);
  const codexes = snapshot === null ? [] : codexesIn(tmuxName, snapshot);
  const pids = new Set(codexes.map(({ pid }) => pid));
  // npm's launcher starts a Codex that nobody names.
  const started = codexes.find(({ parentPid }) => !pids.has(parentPid));
  return started === undefined ? null : programIn(started.words);
}

/** Of the words of a command line, those that name a Codex: where a path has spaces, several. */
function programIn(line: readonly string[]): string | null {
  const words = line.slice(0, MOST_WORDS);
  const paths = words.flatMap((word, begin) =>
    isAbsolute(word) ? words.slice(begin).map((_, more) => textOf(words, begin, more)) : [],
  );
  return paths.find((path) => isCodexName(path) && isFile(path) && may(path, "run")) ?? null;
}

function textOf(words: readonly string[], begin: number, more: number): string {
  return words.slice(begin, begin + more + 1).join(" ");
}
