/** Whether a process is a Codex: by what is executed, not by what is mentioned. */

import { basename } from "node:path";
import type { Process } from "./table.js";

/** Programs that run a script: npm's `codex` is one for Node. */
const INTERPRETERS = new Set(["node", "nodejs", "bun", "deno", "sh", "bash", "dash", "zsh", "env"]);

/** Options of Node whose value is the next word. */
const WITH_VALUE = new Set(["-r", "--require", "--import", "--loader", "-C", "--conditions"]);

export function isCodex(candidate: Process): boolean {
  if (candidate.isZombie) return false;
  const [program = "", ...rest] = candidate.words;
  if (isCodexName(candidate.executable) || isCodexName(program)) return true;
  if (!INTERPRETERS.has(nameOf(program))) return false;
  const script = rest.find(
    (word, index) => !word.startsWith("-") && !WITH_VALUE.has(rest[index - 1] ?? ""),
  );
  return script !== undefined && isCodexName(script);
}

/** `codex`, `codex.js`, and the binaries of older packages, `codex-x86_64-unknown-linux-musl`. */
export function isCodexName(path: string): boolean {
  return /^codex(\.exe|\.[cm]?js|-(x86_64|aarch64)\b.*)?$/.test(nameOf(path));
}

/** A login shell's name begins with a dash. */
function nameOf(path: string): string {
  return basename(path).replace(/^-/, "");
}
