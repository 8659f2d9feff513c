/** A seeded source of numbers, so that every run has fresh figures and any run can be repeated. */
import { randomInt } from "node:crypto";

import { mulberry32 } from "../../scripts/mulberry32.mjs";

/** A seed for a run that was given none. */
export const freshSeed = () => randomInt(1, 2 ** 31);

/** `between(low, high)` draws an integer of the closed range; equal seeds draw equal series. */
export const seeded = (seed) => {
  const next = mulberry32(seed);
  return { between: (low, high) => low + Math.floor(next() * (high - low + 1)) };
};

/** A seed of its own for each part of a run, so that parts may run in any order or at once. */
export const derivedSeed = (seed, label) => {
  let hash = seed >>> 0;
  for (const byte of Buffer.from(label)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};
