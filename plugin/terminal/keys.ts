/** Keys that are pressed while a list is on the screen. */

export type Key = "interrupt" | "quit" | "up" | "down" | "sort";

const KEYS: readonly (readonly [sequence: string, key: Key])[] = [
  ["\u0003", "interrupt"],
  ["q", "quit"],
  ["\u001b[A", "up"],
  ["\u001bOA", "up"],
  ["k", "up"],
  ["\u001b[B", "down"],
  ["\u001bOB", "down"],
  ["j", "down"],
  ["s", "sort"],
];

interface Input {
  isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  removeListener(event: "data", listener: (chunk: Buffer) => void): unknown;
  pause(): unknown;
  unref?(): unknown;
}

/** Tells of each key. Without a terminal there are none, and Ctrl-C is a signal. */
export class Keys {
  readonly #input: Input;
  readonly #listen: (chunk: Buffer) => void;
  #isOpen: boolean;
  readonly #leave = () => this.end();

  constructor(input: Input, press: (key: Key) => void) {
    this.#input = input;
    this.#listen = (chunk) => keysIn(chunk.toString("latin1")).forEach(press);
    this.#isOpen = input.isTTY === true;
    if (!this.#isOpen) return;
    // However the process ends, the terminal is as it was.
    process.once("exit", this.#leave);
    input.setRawMode?.(true);
    input.on("data", this.#listen);
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.removeListener("exit", this.#leave);
    this.#input.removeListener("data", this.#listen);
    this.#input.setRawMode?.(false);
    this.#input.pause();
  }
}

/** Several arrive at once when a key is held down. What is none is passed over. */
function keysIn(given: string): Key[] {
  const keys: Key[] = [];
  let rest = given;
  while (rest !== "") {
    const found = KEYS.find(([sequence]) => rest.startsWith(sequence));
    if (found) keys.push(found[1]);
    rest = rest.slice(found?.[0].length ?? unknownLength(rest));
  }
  return keys;
}

/** A key with Alt, or one that a terminal sends as a sequence, is none of its letters. */
function unknownLength(given: string): number {
  // oxlint-disable-next-line no-control-regex -- it begins every sequence
  return /^\u001b(?:[[O][\d;]*)?[^\u001b]?/.exec(given)?.[0].length ?? 1;
}
