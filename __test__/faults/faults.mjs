/** Which calls fail in a test: one after the other with `--full`, a sample of them otherwise. */
import { join } from "node:path";
import { CALLS, ERRORS } from "./inject.mjs";

/** A program that makes more calls than this is not done with one thing. */
const MOST_CALLS = 400;

const SAMPLE = [1, 2, 3, 5, 9, 17, 33];

const isAll = process.env.FULL === "1";

/** Does `attempt` with every fault of these calls, until none is hit any more; says how many were. */
export async function eachFault(folder, calls, attempt) {
  let count = 0;
  for (const call of calls)
    for (const error of ERRORS[call]) {
      const places = isAll ? Array.from({ length: MOST_CALLS }, (_, index) => index + 1) : SAMPLE;
      for (const when of places) {
        const fault = { call, error, when, log: join(folder, "strace.log") };
        const hit = await attempt(
          fault,
          `${CALLS[call].split(",")[0]} ${when} fails with ${error}`,
        );
        if (!hit) break;
        count += 1;
      }
    }
  return count;
}
