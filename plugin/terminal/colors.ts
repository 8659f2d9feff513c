/** Colours of standard output. */
import { styleText } from "node:util";
import { isOutputTerminal } from "./stdout.js";

const STYLES = ["bold", "dim", "green", "cyan", "yellow", "red"] as const;

export type Colors = Record<(typeof STYLES)[number], (text: string) => string>;

/** Colours for standard output: none under `NO_COLOR`, always under `FORCE_COLOR`, else where a terminal shows them. */
export function paint(): Colors {
  const isColored = wantsColor();
  const styles = STYLES.map((style) => [
    style,
    // Whether there are colours is decided here.
    (text: string) => (isColored ? styleText(style, text, { validateStream: false }) : text),
  ]);
  return Object.fromEntries(styles) as Colors;
}

function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return TERM !== "dumb" && isOutputTerminal();
}
