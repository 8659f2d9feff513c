/** Values of `-c key=value`, which Codex reads as TOML. */

/**
 * A basic TOML string on one line. Everything that is not plain ASCII text is escaped, so that neither a shell nor a
 * terminal in between sees a control character.
 */
export function tomlString(value: string): string {
  // JSON's escapes are TOML's as well, except that TOML also wants DEL escaped. A lone surrogate is no text in UTF-8.
  return JSON.stringify(value.toWellFormed()).replaceAll("\u007f", "\\u007F");
}
