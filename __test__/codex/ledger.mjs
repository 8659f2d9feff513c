/** The provider's side of the books: one entry for each response that was begun. */
import { readFileSync, writeFileSync } from "node:fs";

import { asWrittenDown, isWrittenDown } from "./written-down.mjs";

export class Ledger {
  entries = [];
  #path;

  /** `path`: a JSON-lines file, if the entries are to be saved. */
  constructor(path) {
    this.#path = path;
  }

  /** The ledger that was saved there. */
  static read(path) {
    const ledger = new Ledger(path);
    const lines = readFileSync(path, "utf8").split("\n");
    ledger.entries = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    return ledger;
  }

  add(entry) {
    this.entries.push(entry);
  }

  /** In the end: only then is known what became of each response. */
  save() {
    if (this.#path === undefined) return;
    writeFileSync(this.#path, this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }

  /** What can be in the rollouts: `[{ threadId, model, workspace, usage }]`, one per response. */
  writtenDown() {
    return this.entries
      .filter(isWrittenDown)
      .map((entry) => ({ ...entry, usage: asWrittenDown(entry) }));
  }
}
