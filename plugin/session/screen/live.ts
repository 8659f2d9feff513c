/** The screens of terminals at this moment: one `tmux` for all sessions that are asked about at the same time. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RuntimeHandle } from "../../host.js";
import { Batched } from "../batched.js";

const run = promisify(execFile);

/** A terminal answers in some 10 ms. */
const TIME_LIMIT_MS = 1_000;

/** 50 screens of 200 × 100 characters are 1 MB. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Stands between two screens; no line of a screen is this. */
const SEPARATOR = "\u001e ao-codex";

export class LiveScreens {
  readonly #looks = new Batched(capture);

  /** The text of the session's screen; `null` where it cannot be seen. */
  async of(handle: RuntimeHandle): Promise<string | null> {
    return handle.runtimeName === "tmux" ? this.#looks.ask(handle.id) : null;
  }
}

async function capture(names: string[]): Promise<(string | null)[]> {
  const texts = await captureAll(names);
  if (texts !== null || names.length === 1) return texts ?? [null];
  // One of them has ended, and tmux stops at the first command that fails.
  return Promise.all(names.map(async (name) => (await captureAll([name]))?.[0] ?? null));
}

async function captureAll(names: string[]): Promise<string[] | null> {
  const look = (name: string) => ["capture-pane", "-p", "-t", `=${name}:`, ";"];
  const separate = ["display-message", "-p", SEPARATOR, ";"];
  const commands = names.flatMap((name) => [...look(name), ...separate]);
  try {
    const { stdout } = await run("tmux", commands.slice(0, -1), {
      timeout: TIME_LIMIT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    const texts = stdout.split(`${SEPARATOR}\n`).slice(0, -1);
    return texts.length === names.length ? texts : null;
  } catch {
    return null;
  }
}
