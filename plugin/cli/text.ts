/**
 * Text from rollouts, made fit for a terminal. What Codex wrote down comes from prompts, paths and providers that
 * nobody checked: none of it may move the cursor, change colours or reorder a line.
 */
import { sep } from "node:path";
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

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
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Columns of the screen that the text takes. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  const known = widths.get(text);
  if (known !== undefined) return known;
  const columns = stringWidth(text);
  widths.set(text, columns);
  return columns;
}

/** Latin letters, the ellipsis and the lines of a tree: their width is their length, found a hundred times faster. */
const NARROW = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u024f\u2026\u2500-\u257f]*$/;

/** Widths that took time: a table asks for each of its cells several times. */
const widths = new Map<string, number>();

/** The text cut in its middle to at most so many columns: both ends of an id say more than its middle. */
export function shorten(text: string, columns: number): string {
  const cut = cliTruncate(text, columns, { position: "middle" });
  // Where a wide character stands at the cut, the library takes one column too many.
  return width(cut) <= columns ? cut : cliTruncate(text, columns - 1, { position: "middle" });
}

/** The path without as many of its middle folders as must go: `~/…/shop/src`, then `…/shop/src`, then `…/src`. */
export function shortenPath(path: string, columns: number): string {
  if (width(path) <= columns) return path;
  const [first = "", ...all] = path.split(sep);
  // More folders than columns have no room.
  const folders = all.slice(-columns);
  const tails = folders.map((_, at) => ["…", ...folders.slice(at)].join(sep)).slice(1);
  const shorter = tails.flatMap((tail) =>
    first === "" ? [tail] : [[first, tail].join(sep), tail],
  );
  const fitting = shorter.find((candidate) => width(candidate) <= columns);
  return fitting ?? shorten(tails.at(-1) ?? path, columns);
}

/** The text in lines of at most so many columns; a word that is longer is shortened. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").map((long) => shorten(long, columns))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (width(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
