/** Values of `-c key=value`, which Codex reads as TOML. */

/**
 * A basic TOML string on one line. Everything that is not plain ASCII text is escaped, so that neither a shell nor a
 * terminal in between sees a control character.
 */
export function tomlString(value: string): string {
  // JSON's escapes are TOML's as well, except that TOML also wants DEL escaped. A lone surrogate is no text in UTF-8.
  return JSON.stringify(value.toWellFormed()).replaceAll("\u007f", "\\u007F");
}

/** Deeper than any setting of Codex; a table that holds itself ends here. */
const MAX_DEPTH = 16;

/** A value on one line; `null` for what TOML has no value for. */
export function tomlValue(value: unknown, depth = 0): string | null {
  if (typeof value === "string") return tomlString(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return null;
  const parts = Array.isArray(value)
    ? value.map((one) => tomlValue(one, depth + 1))
    : Object.entries(value).map(([key, one]) => {
        const text = tomlValue(one, depth + 1);
        return text === null ? null : `${tomlString(key)}=${text}`;
      });
  if (parts.includes(null)) return null;
  return Array.isArray(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
}

/** Tells whether Codex takes this for one key of `-c`, with dots between tables. */
export function isTomlKey(key: string): boolean {
  return /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(key);
}
