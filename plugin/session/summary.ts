/** A session in a few words: its thread's name where Codex has one, else the first line of what it was asked. */

import { open, stat } from "node:fs/promises";
import { join } from "node:path";

/** Long enough to tell sessions apart, short enough for a column of a dashboard. */
const LIMIT_CHARACTERS = 80;

/** The first prompt stands behind the instructions of Codex and of the repository. */
const HEAD_BYTES = 1 << 18;

/** Names are appended: the newest stand at the end. */
const INDEX_BYTES = 1 << 18;

/** A summary is small, and a host has some hundred sessions. */
const KEPT = 1_000;

/** What Codex itself puts in front of the first prompt, as a message of the user's. */
const BY_CODEX = /^\s*(<[a-z_]+|# AGENTS\.md)/;

/** The text in front of a prompt of the orchestrator, and the headings of its parts that a person wrote. */
const BY_HOST = /^\s*You are an AI coding agent managed by the Agent Orchestrator/;
const OWN_WORDS = "\n## Additional Instructions\n";
const TASK = /^## Task\n+([^\n]+)/m;

export class Summaries {
  readonly #prompts = new Map<string, string>();
  /** Rollouts in which nobody has asked anything yet, as they were then. */
  readonly #silent = new Map<string, string>();
  /** The look at the index of a home that serves all who ask in one turn of the event loop. */
  readonly #looks = new Map<string, Promise<Map<string, string>>>();
  #index: { key: string; names: Map<string, string> } | null = null;

  /** `null` where neither tells: a thread that was only begun, or a compressed one. */
  async of(
    thread: { threadId: string; rolloutPath: string },
    codexHome: string,
  ): Promise<string | null> {
    return (
      (await this.#nameOf(thread.threadId, codexHome)) ?? (await this.#promptOf(thread.rolloutPath))
    );
  }

  async #promptOf(rolloutPath: string): Promise<string | null> {
    const known = this.#prompts.get(rolloutPath);
    if (known !== undefined || !rolloutPath.endsWith(".jsonl")) return known ?? null;
    const found = await stat(rolloutPath).catch(() => null);
    const stamp = `${found?.mtimeMs}\0${found?.size}`;
    if (found === null || this.#silent.get(rolloutPath) === stamp) return null;
    const text = await part(rolloutPath, HEAD_BYTES, "head");
    const prompt = text === null ? null : firstPromptIn(text);
    const [kept, value] = prompt === null ? [this.#silent, stamp] : [this.#prompts, prompt];
    if (kept.size >= KEPT) kept.clear();
    kept.set(rolloutPath, value);
    return prompt;
  }

  async #nameOf(threadId: string, codexHome: string): Promise<string | null> {
    const known = this.#looks.get(codexHome);
    const look = known ?? this.#names(codexHome);
    if (known === undefined) {
      this.#looks.set(codexHome, look);
      setImmediate(() => this.#looks.delete(codexHome));
    }
    return (await look).get(threadId) ?? null;
  }

  async #names(codexHome: string): Promise<Map<string, string>> {
    const path = join(codexHome, "session_index.jsonl");
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile()) return new Map();
    const key = `${path}\0${found.mtimeMs}\0${found.size}`;
    if (this.#index?.key !== key) {
      const text = await part(path, INDEX_BYTES, "tail");
      this.#index = { key, names: namesIn(text ?? "") };
    }
    return this.#index.names;
  }
}

/** The last name of each thread counts. */
function namesIn(text: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const record of recordsIn(text)) {
    const { id, thread_name: name } = record;
    const short = typeof name === "string" ? shortened(name) : null;
    if (typeof id === "string" && short !== null) names.set(id, short);
  }
  return names;
}

/** The first message that a person wrote, by its first line. */
export function firstPromptIn(text: string): string | null {
  for (const record of recordsIn(text)) {
    const message = messageIn(record);
    const own = message === null || BY_CODEX.test(message) ? null : ownWords(message);
    const short = own === null ? null : shortened(own);
    if (short !== null) return short;
  }
  return null;
}

function messageIn({ type, payload }: Json): string | null {
  const { content, message, role, type: kind } = object(payload);
  if (type === "event_msg" && kind === "user_message") return stringOf(message);
  if (type !== "response_item" || kind !== "message" || role !== "user") return null;
  return Array.isArray(content) ? stringOf(object(content[0])["text"]) : null;
}

/** What stands behind the orchestrator's instructions; `null` where nothing does. */
function ownWords(message: string): string | null {
  if (!BY_HOST.test(message)) return message;
  const at = message.lastIndexOf(OWN_WORDS);
  return at >= 0 ? message.slice(at + OWN_WORDS.length) : (TASK.exec(message)?.[1] ?? null);
}

function shortened(given: string): string | null {
  const line = given.split(/[\r\n]/).find((one) => one.trim() !== "") ?? "";
  const words = line.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const letters = [...words];
  if (letters.length === 0) return null;
  const isShort = letters.length <= LIMIT_CHARACTERS;
  return isShort
    ? words
    : `${letters
        .slice(0, LIMIT_CHARACTERS - 1)
        .join("")
        .trimEnd()}…`;
}

type Json = Record<string, unknown>;

/** Each whole line that is an object. */
function* recordsIn(given: string): Generator<Json> {
  for (const line of given.split("\n")) {
    try {
      yield object(JSON.parse(line));
    } catch {
      // A line that was cut, or is none.
    }
  }
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function stringOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

async function part(path: string, bytes: number, which: "head" | "tail"): Promise<string | null> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const position = which === "head" ? 0 : size - length;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
