/** Random choices that are the same for the same seed, and the size of the random tests. */
import { mulberry32 } from "../../scripts/mulberry32.mjs";

/** WRAPPER_CASES=5000 (`npm run test:wrappers -- --full`) is the whole proof; the default takes seconds. */
export const CASES = Number(process.env.WRAPPER_CASES ?? 150);
export const ROUNDS = Number(process.env.WRAPPER_ROUNDS ?? 1);
/** Printed in the titles of the tests: give it again to get the same run. */
export const SEED = Number(process.env.WRAPPER_SEED ?? Date.now() % 1_000_000);

export function randomOf(seed) {
  const next = mulberry32(seed);
  const pick = (values) => values[Math.floor(next() * values.length)];
  const chance = (probability) => next() < probability;
  /** Up to `count` of the values, in random order. */
  const some = (values, count) =>
    Array.from({ length: Math.floor(next() * (count + 1)) }, () => pick(values));
  return { next, pick, chance, some };
}
