/**
 * The note of what was last seen on a session's screen, for the other processes of the orchestrator.
 *
 * A question to the user is in no rollout, and only one process of the orchestrator looks at screens: it hands them to
 * `recordActivity`, and whoever asks for the activity finds them in the evidence.
 */

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ActivityState } from "../../host.js";
import { replaceFile } from "../../atomic-file.js";

/** The orchestrator looks every 30 s; what was not seen again since is no longer there. */
const FRESH_MS = 90_000;

export class SeenOnScreen {
  readonly #directory: string;

  constructor(aoHome: string) {
    this.#directory = join(aoHome, "codex", "screen");
  }

  async record(sessionId: string, state: ActivityState): Promise<void> {
    const path = this.#pathOf(sessionId);
    if (state !== "waiting_input") {
      await rm(path, { force: true });
      return;
    }
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    replaceFile(path, `${Date.now()}\n`, 0o600);
  }

  #pathOf(sessionId: string): string {
    return join(this.#directory, sessionId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100));
  }
}

/** The time when a question was seen, unless that is too long ago, or ahead: the clock was set back then. */
export function freshQuestionMs(seenAtMs: number | null, nowMs: number): number | null {
  return seenAtMs !== null && Math.abs(nowMs - seenAtMs) < FRESH_MS ? seenAtMs : null;
}
