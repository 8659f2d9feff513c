/** The provider's side of the books: one entry for each response that was begun. */
import { appendFileSync } from "node:fs";

import { noUsage, sumUsage } from "./usage.mjs";
import { asWrittenDown, isWrittenDown } from "./written-down.mjs";

export class Ledger {
  entries = [];
  #path;

  /** `path`: a JSON-lines file that gets each entry when its response ends; none if absent. */
  constructor(path) {
    this.#path = path;
  }

  add(entry) {
    this.entries.push(entry);
  }

  close(entry) {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  /** What the rollouts must say: `{ threadId: { model: usage } }`. */
  writtenDown() {
    const threads = {};
    for (const entry of this.entries.filter(isWrittenDown)) {
      const models = (threads[entry.threadId] ??= {});
      models[entry.model] = sumUsage([models[entry.model] ?? noUsage(), asWrittenDown(entry)]);
    }
    return threads;
  }
}
