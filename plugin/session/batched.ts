/**
 * Puts questions that come in one turn of the event loop into one: the orchestrator asks for every session at once.
 * None waits for a timer, and no answer is older than its question.
 */

interface Batch<Key, Answer> {
  keys: Key[];
  answers: Promise<Answer[]>;
}

/** Asks `look` once for all keys of a turn; it gives the answers in the order of the keys. */
export class Batched<Key, Answer> {
  readonly #look: (keys: Key[]) => Promise<Answer[]>;
  #next: Batch<Key, Answer> | null = null;

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

  #open(): Batch<Key, Answer> {
    const keys: Key[] = [];
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const answers = turn.then(() => {
      this.#next = null;
      return this.#look(keys);
    });
    return { keys, answers };
  }
}
