/** Values that only the shell of the session knows, on their way into `-c key=value`. */

import { fileURLToPath } from "node:url";
import { shellQuoteInside } from "./shell.js";

const PROGRAM = fileURLToPath(new URL("../../shell/toml-strings.sh", import.meta.url));

/** A shell word: what each of these shell words is in that shell, as a TOML string, with commas between them. */
export function tomlInShell(...words: string[]): string {
  return `"$(sh ${shellQuoteInside(PROGRAM)} ${words.join(" ")})"`;
}
