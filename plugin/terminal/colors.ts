/** What a terminal shows besides text. */
import { Chalk } from "chalk";
import type { ChalkInstance } from "chalk";

export { columnsOf } from "./stdout.js";

/** Colours for standard output: none under `NO_COLOR`, always under `FORCE_COLOR`, else where a terminal shows them. */
export function paint(): ChalkInstance {
  return new Chalk({ level: wantsColor() ? 1 : 0 });
}

function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return process.stdout.isTTY === true && TERM !== "dumb";
}
