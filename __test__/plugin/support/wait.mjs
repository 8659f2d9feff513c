import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { HANGS_S } from "./world.mjs";

/** Resolves with the first value of `look` that is not `null`, `undefined` or `false`. */
export const eventually = async (what, look, limitMs = 10_000) => {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await look();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
};

/** Does work that meets a program that hangs, in a third of the time for which it hangs at most. */
export const withoutWaiting = async (work) => {
  const started = performance.now();
  const answer = await work();
  assert.equal((performance.now() - started) / (HANGS_S * 1000) < 1 / 3, true);
  return answer;
};
