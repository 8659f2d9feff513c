/** Numbers, ids and times that look drawn but are the same at every run. */

/** A seeded source (mulberry32): equal seeds, equal series. */
export function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
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
