/** The provider's side of the books: one entry for each response that was begun. */
import { appendFileSync } from "node:fs";

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

  /** What can be in the rollouts: `[{ threadId, model, workspace, usage }]`, one per response. */
  writtenDown() {
    return this.entries
      .filter(isWrittenDown)
      .map((entry) => ({ ...entry, usage: asWrittenDown(entry) }));
  }
}
