/** Words for a POSIX shell. */

const PLAIN = /^[A-Za-z0-9_/:=.,@%+-]+$/;

/** One word that any POSIX shell reads as exactly `value`; plain words stay as they are. */
export function shellWord(value: string): string {
  return PLAIN.test(value) ? value : shellQuote(value);
}

/** `value` in single quotes. */
export function shellQuote(value: string): string {
  // No argument of a program can hold a NUL: the shell would stop there, or complain.
  return `'${value.replaceAll("\0", "").replaceAll("'", `'\\''`)}'`;
}
