/** Random choices that are the same for the same seed, and the size of the random tests. */

/** WRAPPER_CASES=5000 (`npm run test:wrappers -- --full`) is the whole proof; the default takes seconds. */
export const CASES = Number(process.env.WRAPPER_CASES ?? 150);
export const ROUNDS = Number(process.env.WRAPPER_ROUNDS ?? 1);
/** Printed in the titles of the tests: give it again to get the same run. */
export const SEED = Number(process.env.WRAPPER_SEED ?? Date.now() % 1_000_000);

export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  const pick = (values) => values[Math.floor(next() * values.length)];
  const chance = (probability) => next() < probability;
  /** Up to `count` of the values, in random order. */
  const some = (values, count) =>
    Array.from({ length: Math.floor(next() * (count + 1)) }, () => pick(values));
  return { next, pick, chance, some };
}
