import { setTimeout as sleep } from "node:timers/promises";

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
