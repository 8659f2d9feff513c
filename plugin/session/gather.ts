/**
 * Puts questions that come at the same time into one.
 *
 * The orchestrator asks for every session at once, and each answer takes a look at the whole machine or the whole Codex
 * home: one look for each of 50 sessions would cost seconds. A look is never older than the question: who asks while
 * one is being taken gets the next one, so that nothing which has just changed is missed.
 */

/** After a look, the next one waits this long for more questions. */
const GATHER_MS = 15;

/** How long ago a look must be for the next not to wait. */
const QUIET_MS = 100;

interface Round<Key, Answer> {
  keys: Key[];
  answers: Promise<Answer[]>;
}

/** Asks `look` once for all keys that came before it began; it gives the answers in the order of the keys. */
export class Gathered<Key, Answer> {
  readonly #look: (keys: Key[]) => Promise<Answer[]>;
  #next: Round<Key, Answer> | null = null;
  #running: Promise<void> = Promise.resolve();
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(look: (keys: Key[]) => Promise<Answer[]>) {
    this.#look = look;
  }

  async ask(key: Key): Promise<Answer> {
    this.#next ??= this.#open();
    const { answers, keys } = this.#next;
    const at = keys.push(key) - 1;
    const answer = (await answers)[at];
    if (answer === undefined) throw new Error("a look has fewer answers than questions");
    return answer;
  }

  #open(): Round<Key, Answer> {
    const keys: Key[] = [];
    return { keys, answers: this.#take(keys) };
  }

  async #take(keys: Key[]): Promise<Answer[]> {
    await this.#running;
    const isBusy = performance.now() - this.#endedAtMs < QUIET_MS;
    await new Promise((resolve) => setTimeout(resolve, isBusy ? GATHER_MS : 0));
    this.#next = null;
    const answers = this.#look(keys);
    this.#running = answers.then(
      () => this.#end(),
      () => this.#end(),
    );
    return answers;
  }

  #end(): void {
    this.#endedAtMs = performance.now();
  }
}
