/** The Codex that launches run: looked up once, and what it can do, asked once. */

import { existsSync, statSync } from "node:fs";
import type { BinaryFacts, BinarySearch } from "../../index.js";
import {
  probeBinary,
  probeBinarySync,
  cachedBinarySync,
  resolveBinary,
  resolveBinarySync,
} from "../native.js";
import { warn } from "../terminal/warn.js";

/** The name that runs when nothing is found: the session's shell may know more than we do, and says so if not. */
const LAST_RESORT = "codex";

/**
 * The assumption about a binary that did not answer: what the newest one known takes, which older ones take as well.
 */
export const NEWEST_FACTS: BinaryFacts = {
  version: null,
  approvalPolicies: ["on-request", "never"],
  resume: true,
  // Not known: an older one would end at the flag at once.
  noDaemon: false,
  modelSuccessors: {},
};

/** Tells whether these are no binary's own words, but what is assumed until it has answered. */
export function isAssumed(facts: BinaryFacts): boolean {
  return facts === NEWEST_FACTS;
}

/**
 * The time that a launch waits for a binary that was never asked: three short programs, so that it goes as the next.
 */
const FIRST_LAUNCH_MS = 400;

/** The time that all questions of one launch to a binary may take: half a second, and several on a busy machine. */
export const QUESTIONS_MS = 6_000;

/** One search's answer, kept while the file is there. */
export class CodexBinary {
  readonly #search: BinarySearch;
  #found: string | null = null;
  #looking: Promise<string> | null = null;
  /** Each file that was asked, by what changes when it is replaced; it is asked once. */
  readonly #answers = new Map<string, Promise<BinaryFacts | null>>();
  /** Answers that have come, where the cache directory could not keep them. */
  readonly #facts = new Map<string, BinaryFacts>();
  readonly #waitedFor = new Set<string>();

  constructor(search: BinarySearch) {
    this.#search = search;
  }

  /** The path of the binary; callers at the same time share one look-up. */
  async resolve(): Promise<string> {
    const kept = this.#kept();
    if (kept !== null) return kept;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Resolves the binary at once. */
  resolveNow(): string {
    this.#found = this.#kept() ?? resolveBinarySync(this.#search);
    return this.#found ?? LAST_RESORT;
  }

  /** True if there is one. */
  isInstalled(): boolean {
    this.resolveNow();
    return this.#found !== null;
  }

  /** The known facts of the binary. Never waits: what is not known yet is asked in the background. */
  facts(): BinaryFacts {
    const path = this.resolveNow();
    const remembered = cachedBinarySync(path);
    if (remembered !== null) return remembered;
    const identity = identityOf(path);
    if (identity === null) return NEWEST_FACTS;
    void this.#ask(path, identity);
    return this.#facts.get(identity) ?? NEWEST_FACTS;
  }

  /** The facts for a launch, which nobody can ask to come again: a binary that was never asked is waited for, once. */
  launchFacts(): BinaryFacts {
    const path = this.resolveNow();
    const identity = identityOf(path);
    const isNew = identity !== null && !this.#waitedFor.has(identity);
    if (isNew && cachedBinarySync(path) === null && !this.#facts.has(identity)) {
      this.#waitedFor.add(identity);
      const facts = probeBinarySync(path, FIRST_LAUNCH_MS);
      if (facts !== null) this.#facts.set(identity, facts);
    }
    return this.facts();
  }

  /** The facts, after waiting for an answer that may be on its way, but no longer than this. */
  async factsWithin(limitMs: number): Promise<BinaryFacts> {
    const path = await this.resolve();
    const identity = cachedBinarySync(path) === null ? identityOf(path) : null;
    if (identity !== null) await Promise.race([this.#ask(path, identity), after(limitMs)]);
    return this.facts();
  }

  async #ask(path: string, identity: string): Promise<BinaryFacts | null> {
    const answer = this.#answers.get(identity) ?? this.#probe(path, identity);
    this.#answers.set(identity, answer);
    return answer;
  }

  async #probe(path: string, identity: string): Promise<BinaryFacts | null> {
    try {
      const facts = await probeBinary(path);
      if (facts !== null) this.#facts.set(identity, facts);
      return facts;
    } catch (error) {
      warn("cannot find out what the installed Codex can do", error);
      return null;
    }
  }

  async #look(): Promise<string> {
    this.#found = await resolveBinary(this.#search);
    return this.#found ?? LAST_RESORT;
  }

  #kept(): string | null {
    return this.#found !== null && existsSync(this.#found) ? this.#found : null;
  }
}

/** The stamp that two files of one name do not share; `null` where there is no file. */
export function identityOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : [path, stat.ino, stat.ctimeNs, stat.mtimeNs].join("\0");
}

/** Does not keep the process alive. */
export function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
