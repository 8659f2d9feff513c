/** Versions of Codex, as it says them. */

/** Tells whether a version is this one or a later; one that is not known is none. */
export function isVersionFrom(
  version: string | null,
  [major, minor]: readonly [number, number],
): boolean {
  const [itsMajor = NaN, itsMinor = NaN] = (version ?? "").split(".").map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}
