/** Text by the columns that it takes on the screen. */
import { sep } from "node:path";
import type * as Wide from "./wide.js";

export { plain, safeJson } from "./sanitize.js";

/**
 * The tables of Unicode take longer to load than most homes to read, so the first text that needs them loads them. The
 * build puts that file into the command's own, where nothing has to be awaited for it.
 */
declare const require: (file: "./wide.js") => typeof Wide;

/** Columns of the screen that the text takes. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  const known = widths.get(text);
  if (known !== undefined) return known;
  const columns = require("./wide.js").wideWidth(text);
  widths.set(text, columns);
  return columns;
}

/** Latin letters, the ellipsis and the lines of a tree: their width is their length, found a hundred times faster. */
const NARROW = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u024f\u2026\u2500-\u257f]*$/;

/** Widths that took time: a table asks for each of its cells several times. */
const widths = new Map<string, number>();

/** The text cut in its middle to at most so many columns: both ends of an id say more than its middle. */
export function shorten(text: string, columns: number): string {
  if (NARROW.test(text)) return shortenNarrow(text, columns);
  return require("./wide.js").shortenWide(text, columns);
}

/** Cuts a text whose width is its length. */
function shortenNarrow(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const half = Math.floor(columns / 2);
  return columns < 1
    ? ""
    : `${text.slice(0, half)}…${text.slice(text.length - columns + half + 1)}`;
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
