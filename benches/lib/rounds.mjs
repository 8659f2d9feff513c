/** Measures things side by side: what is compared runs in turns, so that a busy machine slows all of it alike. */

/** The number of times that a round is run again because the disk was read in it. */
const PATIENCE = 3;

/**
 * Runs each of `contestants` (functions that give `{ cpu, blocksRead, … }`) in every one of `rounds` rounds, after one
 * that is not counted. A round in which the disk was read measures the disk: it is run again.
 */
export async function inTurns(rounds, contestants) {
  const names = Object.keys(contestants);
  const taken = [];
  for (let round = -1, tries = 0; taken.length < rounds; round += 1) {
    const results = {};
    for (const name of names) results[name] = await contestants[name]();
    const warm = names.every((name) => !results[name].blocksRead);
    tries += 1;
    if (round >= 0 && (warm || tries > rounds * PATIENCE)) taken.push(results);
  }
  return taken;
}

/** The median of what `value` says of each round. */
export function median(rounds, value) {
  const sorted = rounds.map((round) => value(round)).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median over the rounds of how many times the CPU of `other` it took. */
export function ratio(rounds, name, other) {
  return median(rounds, (round) => round[name].cpu / round[other].cpu);
}
