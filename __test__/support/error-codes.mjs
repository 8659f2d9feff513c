/** The same error has other words in each C library, and its number on each system: what is compared is its name. */
import { getSystemErrorName } from "node:util";

/** Of those of Windows the ones that have a name elsewhere. */
const WINDOWS = { 2: "ENOENT", 3: "ENOENT", 5: "EACCES", 206: "ENAMETOOLONG", 267: "ENOTDIR" };

const nameOf = (code) =>
  process.platform === "win32" ? (WINDOWS[code] ?? code) : getSystemErrorName(-code);

/** A text, or an answer that has texts, in which `Permission denied (os error 13)` is `EACCES`. */
export const byCode = (value) => {
  if (typeof value === "string")
    return value.replaceAll(
      /(^|: )[^:]+ \(os error (\d+)\)/g,
      (_, before, code) => before + nameOf(Number(code)),
    );
  if (Array.isArray(value)) return value.map(byCode);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, byCode(held)]));
};

/** The message and the code that a promise is rejected with; `null` when it is kept. */
export const refusal = (promise) =>
  promise.then(
    () => null,
    ({ message, code }) => byCode({ message, code }),
  );
