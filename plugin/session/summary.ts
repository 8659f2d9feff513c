/** The summary of a session, as a column of a dashboard shows it. */

/** Long enough to tell sessions apart, short enough for a column. */
const LIMIT_CHARACTERS = 80;

/** One line without control characters; `null` where nothing is left of it. */
export function shortened(line: string): string | null {
  const words = line.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const letters = [...words];
  if (letters.length === 0) return null;
  if (letters.length <= LIMIT_CHARACTERS) return words;
  const start = letters.slice(0, LIMIT_CHARACTERS - 1).join("");
  return `${start.trimEnd()}…`;
}
