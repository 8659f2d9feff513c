// `node scripts/write-readme.mjs`: runs every command that the README shows and writes what it prints below it.
//
// A block begins with three backticks and `console`; its first line is `$ ao-codex …`, the rest is the output on a
// terminal of 100 columns, in UTC. A test compares; this script mends.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare, root } from "./prepare.mjs";
import { restoreTimes } from "./sample-home/times.mjs";

const BLOCK = /^```console\n\$ ao-codex (.*)\n[^]*?^```$/gm;
/** Whoever runs this may have another terminal, and prices of their own. */
const NEUTRAL = {
  COLUMNS: "100",
  TZ: "UTC",
  NO_COLOR: "1",
  XDG_CONFIG_HOME: join(root, "samples"),
};

/** The text with the output of each of its commands as it is now. */
export function withOutputs(text) {
  restoreTimes(join(root, "samples"));
  return text.replace(BLOCK, (_, args) => {
    const output = execFileSync(
      process.execPath,
      [join(root, "dist", "cli.js"), ...args.split(" ")],
      {
        cwd: root,
        env: { ...process.env, ...NEUTRAL },
        encoding: "utf8",
      },
    );
    return `\`\`\`console\n$ ao-codex ${args}\n${output}\`\`\``;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepare();
  const path = join(root, "README.md");
  writeFileSync(path, withOutputs(readFileSync(path, "utf8")));
}
