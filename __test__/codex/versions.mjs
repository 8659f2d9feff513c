/** Order of Codex versions, all of the form `major.minor.patch`. */

export const compareVersions = (left, right) => {
  const parts = (version) => version.split(".").map(Number);
  const [a, b] = [parts(left), parts(right)];
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
};

export const isAtMost = (version, limit) => compareVersions(version, limit) <= 0;

/** Both ends belong to the range. */
export const isWithin = (version, first, last) =>
  isAtMost(first, version) && isAtMost(version, last);
