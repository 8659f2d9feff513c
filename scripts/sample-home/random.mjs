/** Numbers, ids and times that look drawn but are the same at every run. */

import { mulberry32 } from "../mulberry32.mjs";

/** A seeded source. */
export function seeded(seed) {
  const next = mulberry32(seed);
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  const hex = (digits) =>
    Array.from({ length: digits }, () => between(0, 15).toString(16)).join("");
  return { between, hex, uuid4: () => uuid4(hex), uuid7: (ms) => uuid7(ms, hex) };
}

function uuid4(hex) {
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

/** Sorts by time, as Codex's ids have since 0.45. */
function uuid7(ms, hex) {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
}
