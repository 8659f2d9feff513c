/** Random choices that are the same for the same seed; what comes in between is up to the machine. */
import { randomOf } from "../wrapper/random.mjs";

export function soakRandom(seed) {
  const { next, pick, chance } = randomOf(seed);
  const int = (below) => Math.floor(next() * below);
  /** One of `[weight, value]`. */
  const oneOf = (choices) => {
    let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return choices.find(([weight]) => (left -= weight) < 0)[1];
  };
  return { pick, chance, int, oneOf };
}
