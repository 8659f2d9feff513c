// `node scripts/write-documents.mjs`: runs every command that the documents show and writes what it prints below it.
//
// A block begins with three backticks and `console`; a line that begins with `$ ` is a command, what follows is its
// output on a terminal of 100 columns, in UTC. `console in=workspace` is run in the workspace of a session (see
// `documents/sandbox.mjs`). A test compares; this script mends.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandsOf, rewritten } from "./documents/blocks.mjs";
import { DOCUMENTS, root } from "./documents/list.mjs";
import { makeSandbox } from "./documents/sandbox.mjs";
import { prepare } from "./prepare.mjs";

/** The document with the output of each of its commands as it is now, in the checkout or in another `repository`. */
export function withOutputs(document, t, repository) {
  return rewritten(document, async (block) => {
    const sandbox = await makeSandbox(t, repository);
    const outcomes = sandbox.run(commandsOf(block), block.place);
    return outcomes.map(({ command, output }) => `$ ${command}\n${output}`).join("");
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepare();
  const ends = [];
  for (const name of DOCUMENTS) {
    const path = join(root, name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, await withOutputs(text, { after: (end) => ends.push(end) }));
  }
  for (const end of ends) await end();
}
