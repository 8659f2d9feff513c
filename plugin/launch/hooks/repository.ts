/**
 * The hooks that a repository brings, set aside for one launch: Codex would stop at a question to review them, and
 * would run them once they are trusted. What the person has reviewed stays as it is.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { directoryHooksSync } from "../../native.js";
import { identityOf } from "../codex-binary.js";
import type { Place } from "../repository-trust.js";
import { trustedWord } from "../repository-trust.js";
import { textOfFile } from "../guarded.js";
import type { SetAside } from "./definition.js";
import { trustedDirectories } from "../work-tree.js";
import type { UserConfig } from "../user-config.js";

/** The files of `.codex` that may bring hooks. */
const SOURCES = ["hooks.json", "config.toml"];

/** More than anybody's repositories; the oldest answer goes. */
const MAX_ANSWERS = 100;

/** A binary that did not answer is not asked again for so long: each question may hold a launch up. */
const RETRY_MS = 60_000;

interface Answer {
  hooks: SetAside[];
  /** The moment from which it is asked again, in milliseconds by `performance.now()`. */
  until: number;
}

/** Answers by all that they depend on: the binary, the place, and the text of the files. */
const answers = new Map<string, Answer>();

/**
 * Blocks while the binary is asked, once for each state of a repository that brings hooks and is trusted, and no longer
 * than until `deadlineMs` of this process's clock.
 */
export function repositoryHooks(
  binary: string,
  place: Place,
  user: Pick<UserConfig, "trusted" | "reviewedHooks">,
  deadlineMs: number,
): SetAside[] {
  const directory = place.workspacePath ?? place.projectPath;
  const paths = [place.projectPath, place.workspacePath].filter((path) => path !== null);
  const checkouts = [...new Set(paths.flatMap(trustedDirectories))];
  // Codex reads nothing of a repository that nobody trusts.
  if (directory === null || !checkouts.some((path) => user.trusted.has(path))) return [];
  const texts = checkouts.flatMap((checkout) =>
    SOURCES.map((name) => textOfFile(join(checkout, ".codex", name))),
  );
  if (!texts.some((text) => text?.includes("hooks"))) return [];
  const identity = identityOf(binary);
  if (identity === null) return [];
  const asked = JSON.stringify([identity, directory, checkouts, texts.map(digest)]);
  const found = answers.get(asked);
  const known =
    found && performance.now() < found.until
      ? found
      : ask(binary, directory, checkouts, deadlineMs);
  remember(asked, known);
  return known.hooks.filter(({ key, hash }) => user.reviewedHooks.get(key) !== hash);
}

function ask(
  binary: string,
  directory: string,
  checkouts: readonly string[],
  deadlineMs: number,
): Answer {
  const flags = ["-c", trustedWord(checkouts)];
  const leftMs = Math.max(0, Math.floor(deadlineMs - performance.now()));
  const listed = directoryHooksSync(binary, flags, directory, leftMs);
  if (listed === null) return { hooks: [], until: performance.now() + RETRY_MS };
  const hooks = listed.flatMap(({ key, currentHash }) => {
    const isOfRepository = checkouts.some((checkout) =>
      key.startsWith(`${join(checkout, ".codex")}/`),
    );
    return isOfRepository && currentHash !== null ? [{ key, hash: currentHash }] : [];
  });
  return { hooks, until: Infinity };
}

function remember(asked: string, known: Answer): void {
  answers.delete(asked);
  answers.set(asked, known);
  const [oldest] = answers.keys();
  if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
}

function digest(text: string | null): string | null {
  return text === null ? null : createHash("sha256").update(text).digest("hex");
}
