/**
 * Our hooks as Codex takes them for one launch: an event, a command, and the hash by which Codex trusts that very
 * command at that event. Nothing is written into any file of the user.
 */

import { createHash } from "node:crypto";
import { tomlString } from "../toml.js";

/**
 * The events that we need of every Codex; one that does not list all of them gets no hooks. `SessionStart` is none of
 * them: it comes with the first prompt, tells no more, and would cost the start as much again.
 */
const NEEDED = ["UserPromptSubmit", "PermissionRequest", "Stop"] as const;

/** Those that newer ones have besides. */
const WANTED = ["Interrupt", "PostToolUse"] as const;

export type HookEvent = (typeof NEEDED)[number] | (typeof WANTED)[number];

const EVENTS: readonly HookEvent[] = [...NEEDED, ...WANTED];

/**
 * Seconds. Ours needs 0.02, and a busy machine more. Codex allows no more than one at an interruption; it would shorten
 * what is said, and hash that.
 */
const TIMEOUT_SECONDS: Record<HookEvent, number> = {
  UserPromptSubmit: 5,
  PermissionRequest: 5,
  Stop: 5,
  Interrupt: 1,
  // It may wait for the lock of the session's metadata.
  PostToolUse: 15,
};

/** A hook as `hooks/list` has it. */
export interface ListedHook {
  key: string;
  command: string | null;
  trustStatus: string | null;
}

/** A hook by the key under which Codex knows it, with the hash of what it is now. */
export interface SetAside {
  key: string;
  hash: string;
}

/**
 * The value of `-c hooks=…` for these events, and for hooks of others that are not to run and not to be asked about.
 */
export function hooksValue(
  program: string,
  events: readonly HookEvent[],
  setAside: readonly SetAside[] = [],
): string {
  const command = commandOf(program);
  const handlers = events.map(
    (event) =>
      `${event}=[{hooks=[{type="command",command=${tomlString(command)},timeout=${TIMEOUT_SECONDS[event]}}]}]`,
  );
  const trust = events.map(
    (event) => `${tomlString(keyOf(event))}={trusted_hash=${tomlString(hashOf(event, command))}}`,
  );
  const others = setAside.map(
    ({ key, hash }) => `${tomlString(key)}={enabled=false,trusted_hash=${tomlString(hash)}}`,
  );
  return `{${[...handlers, `state={${[...trust, ...others].join(",")}}`].join(",")}}`;
}

/** The flags with which a Codex is asked what it makes of our hooks. */
export function verificationFlags(program: string): string[] {
  return ["-c", `hooks=${hooksValue(program, EVENTS)}`];
}

/** The events at which a Codex that lists this may be given our hooks; none where it disagrees about one of them. */
export function trustedEvents(program: string, listed: readonly ListedHook[]): HookEvent[] {
  const command = commandOf(program);
  const known = EVENTS.filter((event) => listed.some((hook) => hook.key === keyOf(event)));
  const isTrusted = (event: HookEvent) =>
    listed.some(
      (hook) =>
        hook.key === keyOf(event) && hook.command === command && hook.trustStatus === "trusted",
    );
  const areAll = NEEDED.every((event) => known.includes(event)) && known.every(isTrusted);
  return areAll ? known : [];
}

/** One word of every shell: Codex hands the command to the user's. */
function commandOf(program: string): string {
  return /^[A-Za-z0-9_/.@%+-]+$/.test(program) ? program : `'${program.replaceAll("'", `'\\''`)}'`;
}

/** The first handler of the first group at an event, given by flags. */
function keyOf(event: HookEvent): string {
  return `/<session-flags>/config.toml:${snakeCase(event)}:0:0`;
}

function hashOf(event: HookEvent, command: string): string {
  // Compact, with sorted keys: Codex hashes the text.
  const text = JSON.stringify({
    event_name: snakeCase(event),
    hooks: [{ async: false, command, timeout: TIMEOUT_SECONDS[event], type: "command" }],
  });
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function snakeCase(event: HookEvent): string {
  return event.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
