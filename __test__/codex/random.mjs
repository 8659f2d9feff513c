/** A seeded source of numbers, so that every run has fresh figures and any run can be repeated. */
import { randomInt } from "node:crypto";

/** A seed for a run that was given none. */
export const freshSeed = () => randomInt(1, 2 ** 31);

/** `between(low, high)` draws an integer of the closed range; equal seeds draw equal series. */
export const seeded = (seed) => {
  let state = seed >>> 0;
  // mulberry32: 32 bits of state are plenty for figures that only need to differ from each other.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { between: (low, high) => low + Math.floor(next() * (high - low + 1)) };
};

/** A seed of its own for each part of a run, so that parts may run in any order or at once. */
export const derivedSeed = (seed, label) => {
  let hash = seed >>> 0;
  for (const byte of Buffer.from(label)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};
