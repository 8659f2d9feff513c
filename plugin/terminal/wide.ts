/** Text that takes more or fewer columns of the screen than it has letters, by the tables of Unicode. */
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

/** Columns of the screen that the text takes. */
export function wideWidth(text: string): number {
  return stringWidth(text);
}

/** The text cut in its middle to at most so many columns. */
export function shortenWide(text: string, columns: number): string {
  const cut = cliTruncate(text, columns, { position: "middle" });
  // Where a wide character stands at the cut, the library takes one column too many.
  return stringWidth(cut) <= columns ? cut : cliTruncate(text, columns - 1, { position: "middle" });
}
