/** Comments end where two files fit side by side: the formatters leave them as they are. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/documents/list.mjs";

const COLUMNS = 120;
const FOLDERS = ["__test__", "benches/lib", "plugin", "scripts", "src", "tests"];

/** A line that is nothing but a comment, in Rust, TypeScript and JavaScript. */
const COMMENT = /^\s*(\/\/|\/\*|\*)/;

test(`no line of a comment is longer than ${COLUMNS} characters`, () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(rs|ts|cts|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const lines = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .map((line, index) => ({ line, place: `${file}:${index + 1}` })),
  );
  const wide = lines.filter(({ line }) => line.length > COLUMNS && COMMENT.test(line));
  assert.deepEqual(
    wide.map(({ place }) => place),
    [],
  );
});
