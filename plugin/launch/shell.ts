/** Words for a POSIX shell. */

const PLAIN = /^[A-Za-z0-9_/:=.,@%+-]+$/;

/** One word that any POSIX shell reads as exactly `value`; plain words stay as they are. */
export function shellWord(value: string): string {
  return PLAIN.test(value) ? value : shellQuote(value);
}

/**
 * `value` in single quotes, as it has to stand within `"$(…)"`: an interactive bash 3.2 would take a `!` there for a
 * word of its history.
 */
export function shellQuoteInside(value: string): string {
  return shellQuote(value).replaceAll("!", `'\\!'`);
}

/** `value` in single quotes. */
export function shellQuote(value: string): string {
  // No argument of a program can hold a NUL: the shell would stop there, or complain.
  return `'${value.replaceAll("\0", "").replaceAll("'", `'\\''`)}'`;
}
