/** Random choices that are the same for the same seed, and the size of the random tests. */
import { mulberry32 } from "../../scripts/mulberry32.mjs";

const isFull = process.env.FULL === "1";
/** `npm test -- wrapper --full` is the whole proof, and takes many minutes; the default takes seconds. */
export const CASES = isFull ? 5_000 : 150;
export const ROUNDS = isFull ? 20 : 1;
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
