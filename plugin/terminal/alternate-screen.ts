/** A screen of its own on the terminal, on which lines are shown in place; the one before comes back at the end. */
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const ERASE_TO_LINE_END = "\u001b[K";
const ERASE_BELOW = "\u001b[J";
const DEFAULT_ROWS = 24;

interface Terminal {
  write(text: string): boolean;
  rows?: number;
  columns?: number;
}

export class InPlace {
  readonly #terminal: Terminal;
  #isOpen = false;
  #shown = "";
  #size = "";
  readonly #leave = () => this.end();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** The number of lines that have room. */
  rows(): number {
    return this.#terminal.rows || DEFAULT_ROWS;
  }

  /** True if the lines were drawn for another size. */
  isResized(): boolean {
    return this.#isOpen && this.#size !== this.#sizeNow();
  }

  /** Shows these lines and no others. Nothing is written when they are there. */
  show(lines: readonly string[]): void {
    const fitting = lines.slice(0, this.rows());
    const text = fitting.map((line) => line + ERASE_TO_LINE_END).join("\r\n");
    const isResized = this.isResized();
    this.#size = this.#sizeNow();
    if (text === this.#shown && !isResized) return;
    this.#shown = text;
    const enter = this.#isOpen ? "" : ENTER;
    // However the process ends, the terminal is as it was.
    if (!this.#isOpen) process.once("exit", this.#leave);
    this.#isOpen = true;
    this.#terminal.write(`${enter}${HOME}${text}${ERASE_BELOW}`);
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.removeListener("exit", this.#leave);
    this.#terminal.write(LEAVE);
  }

  #sizeNow(): string {
    return `${this.#terminal.columns}x${this.#terminal.rows}`;
  }
}
