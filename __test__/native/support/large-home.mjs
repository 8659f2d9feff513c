import { readdirSync } from "node:fs";
import { join } from "node:path";
import { activePath, temporaryFolder, writeFile } from "../../support/home.mjs";
import { lines, opening, threadId, tokenCount } from "../../support/records.mjs";

/** More rollouts than it takes for a home to be written down. */
export const MANY = 1_100;

/** A home with so many threads of one response each. */
export function largeHome(t) {
  const codexHome = temporaryFolder(t);
  for (let at = 0; at < MANY; at += 1)
    writeFile(
      codexHome,
      activePath(threadId(at)),
      lines(...opening(threadId(at)), tokenCount([100, 0, 10, 0])),
    );
  return codexHome;
}

/** The files in which homes are remembered. */
export const storesIn = (cache) =>
  readdirSync(join(cache, "ao-codex")).filter((name) => name.endsWith(".store"));
