/**
 * Codex's question whether it may work in a repository. A launch answers it where a yes gives the repository nothing:
 * a trusted repository's `.codex` may name programs, and Codex runs them at a start, outside of the sandbox. Where
 * there is such a `.codex`, the answer is the person's, in their own config.toml or when Codex asks.
 */

import { join } from "node:path";
import { parse } from "smol-toml";
import { kindOf, namesIn, textOfFile } from "./guarded.js";
import { tomlInShell } from "./session-values.js";
import { shellQuote, shellQuoteInside } from "./shell.js";
import { tomlString } from "./toml.js";
import { trustedDirectories } from "./work-tree.js";

export interface Place {
  /** The project's own checkout. */
  projectPath: string | null;
  /** The directory that the session works in; `null` where the orchestrator did not say. */
  workspacePath: string | null;
  /** A repository of its own, which no look at the project can name. */
  isClone: boolean;
}

const TRUSTED = '{trust_level="trusted"}';

/** Text for the model: nothing there is run. */
const HARMLESS_ENTRIES = new Set(["skills", "prompts", "README.md", "AGENTS.md"]);

/** The settings of the model, and of how it talks. */
const HARMLESS_KEYS = new Set([
  "model",
  "model_reasoning_effort",
  "model_reasoning_summary",
  "model_verbosity",
  "personality",
]);

/** In the shell of a session whose directory nobody told us. */
const HAS_CODE = ["config.toml", "hooks.json", "rules"]
  .map((name) => `[ -e .codex/${name} ]`)
  .concat("[ -L .codex ]")
  .join(" || ");

/** In place of the answer: what the launch says anyway. */
const NO_ANSWER = "check_for_update_on_startup=false";

/** Shell words for the launch command; none where the question is the person's. */
export function trustFlags(place: Place, trustedByPerson: ReadonlySet<string>): string[] {
  const { isClone, projectPath, workspacePath } = place;
  const known = projectPath === null ? [] : trustedDirectories(projectPath);
  const isPersons = known.some((path) => trustedByPerson.has(path));
  if (!isPersons && codeBroughtBy(place).length > 0) return [];
  const word = trustWord(known, isClone);
  if (word === null) return [];
  if (isPersons || workspacePath !== null) return ["-c", word];
  return ["-c", `"$(if ${HAS_CODE}; then printf %s ${NO_ANSWER}; else printf %s ${word}; fi)"`];
}

/** Each entry of a `.codex` by which a trusted repository would have something run; none where there is nothing. */
export function codeBroughtBy({ projectPath, workspacePath }: Place): string[] {
  const places = [projectPath, workspacePath].filter((path) => path !== null);
  const checkouts = new Set(places.flatMap(trustedDirectories));
  return [...checkouts].flatMap((checkout) => codeIn(join(checkout, ".codex")));
}

function codeIn(directory: string): string[] {
  const kind = kindOf(directory);
  if (kind === null) return [];
  const names = kind === "directory" ? namesIn(directory) : null;
  if (names === null) return [directory];
  return names
    .filter((name) => !HARMLESS_ENTRIES.has(name))
    .map((name) => join(directory, name))
    .filter((path) => !path.endsWith("config.toml") || !isHarmless(path));
}

function isHarmless(path: string): boolean {
  try {
    const config = parse(textOfFile(path) ?? "=");
    return Object.keys(config).every((key) => HARMLESS_KEYS.has(key));
  } catch {
    // What cannot be read is not known to be harmless.
    return false;
  }
}

/** The setting that answers the question for these directories. */
export function trustedWord(known: readonly string[]): string {
  return `projects={${entriesOf(known)}}`;
}

function entriesOf(known: readonly string[]): string {
  return known.map((path) => `${tomlString(path)}=${TRUSTED}`).join(",");
}

/**
 * An inline table, because Codex splits the key of `-c` at every dot; it is merged with what the person's own
 * configuration says of other projects.
 */
function trustWord(known: readonly string[], isClone: boolean): string | null {
  const entries = entriesOf(known);
  if (!isClone) return known.length === 0 ? null : shellQuoteInside(trustedWord(known));
  const start = shellQuoteInside(`projects={${entries}${entries === "" ? "" : ","}`);
  return `${start}${tomlInShell('"$PWD"')}=${shellQuote(`${TRUSTED}}`)}`;
}
