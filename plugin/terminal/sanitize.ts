/**
 * Text from rollouts, made fit for a terminal. What Codex wrote down comes from prompts, paths and providers that
 * nobody checked: none of it may move the cursor, change colours or reorder a line.
 */

/** C0 and C1 controls, line separators, bidirectional overrides, and halves of surrogate pairs. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** Unicode's own pictures of the C0 controls: U+001B becomes `␛`. */
const CONTROL_PICTURES = 0x2400;
const DELETE = 0x7f;

/** Longer than any path can be, in UTF-16 units: a hostile megabyte would only cost time. */
const LONGEST = 4096;

/** The text with every control character replaced by a visible sign, and what nobody could read left out. */
export function plain(text: string): string {
  const half = LONGEST / 2;
  const readable =
    text.length > LONGEST ? `${text.slice(0, half)}…${text.slice(text.length - half)}` : text;
  return readable.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code);
    return code === DELETE ? "\u2421" : "\ufffd";
  });
}

/** One JSON document in which no raw control character is left that a terminal would obey; its value is the same. */
export function safeJson(value: unknown, indent: number = 2): string {
  return JSON.stringify(value, null, indent).replace(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
