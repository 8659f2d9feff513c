/**
 * Long or unprintable text on its way into a command line.
 *
 * The orchestrator types the launch command into a shell in tmux. What a terminal does to typed text, no quoting
 * prevents: a TAB asks the shell to complete a file name, a control character edits the line, and while the shell is
 * still starting, the terminal keeps 4,096 bytes of a line (1,024 on macOS) and drops the rest. Such text goes through
 * a private file, which the shell reads when it runs the command.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../atomic-file.js";
import { shellQuote, shellQuoteInside } from "./shell.js";

/** Below this, with all other arguments, a command stays within what every terminal keeps of a line. */
const TYPED_LIMIT_BYTES = 400;

/** Linux takes no single argument of 128 KiB or more, the final NUL included. */
const ARGUMENT_LIMIT_BYTES = 128 * 1024 - 1;

/** A launch reads its files within seconds. */
const KEPT_MS = 24 * 60 * 60 * 1000;

const TYPEABLE = /^[^\p{Cc}]*$/u;

/** Writes texts below one directory, for one session. */
export class TextFiles {
  readonly #directory: string;
  readonly #session: string;

  constructor(aoHome: string, sessionId: string) {
    this.#directory = join(aoHome, "codex", "launch");
    this.#session = sessionId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 100);
  }

  /**
   * A shell word that becomes `prefix` and `text`, byte for byte. `tooLong` says what to put in place of a text that
   * no argument can hold, when it is in the file named.
   */
  word(prefix: string, given: string, tooLong: (path: string) => string): string {
    const text = given.replaceAll("\0", "").toWellFormed();
    const bytes = Buffer.byteLength(prefix) + Buffer.byteLength(text);
    if (bytes <= TYPED_LIMIT_BYTES && TYPEABLE.test(text)) return shellQuote(prefix + text);
    try {
      if (bytes > ARGUMENT_LIMIT_BYTES) return shellQuote(prefix + tooLong(this.#write(text)));
      // `$(…)` strips newlines at the end: those stay outside.
      const [newlines = ""] = /\n*$/.exec(text) ?? [];
      const path = this.#write(text.slice(0, text.length - newlines.length));
      const quoted = [prefix, newlines].map((part) => (part === "" ? "" : shellQuote(part)));
      return `${quoted[0]}"$(cat ${shellQuoteInside(path)})"${quoted[1]}`;
    } catch {
      // A home that cannot be written: typed, it still arrives in most cases.
      return shellQuote(prefix + text);
    }
  }

  #write(text: string): string {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#removeOld();
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const path = join(this.#directory, `${this.#session}-${digest}.txt`);
    replaceFile(path, text, 0o600);
    return path;
  }

  #removeOld(): void {
    const oldest = Date.now() - KEPT_MS;
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat !== undefined && stat.mtimeMs < oldest) rmSync(path, { force: true });
    }
  }
}
