// `node scripts/write-api.mjs`: writes docs/api.md from the comments in index.d.ts, which napi-rs takes from the Rust
// sources. With `--check` it only says whether the page is current; `npm run lint` does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "api.md");
const INTRODUCTION = `# The native functions

\`import * as native from "@ao/plugin-codex/native"\`: what \`ao-codex\` itself is made of. Every function works off the
JavaScript thread and answers with plain objects; the few whose name ends in \`Sync\` say why they do not. \`null\` means
that there is none. A rejection is an \`Error\` that names what was tried, the path and the cause, and whose \`code\` is
\`InvalidArg\`, \`Cancelled\` or \`GenericFailure\`.

This page is made from the comments of \`index.d.ts\` by \`scripts/write-api.mjs\`.
`;

const COMMENT = String.raw`\/\*\*((?:(?!\*\/)[^])*?)\*\/\s*`;
const FUNCTION = new RegExp(
  String.raw`${COMMENT}export declare function (\w+)(\([^]*?\): .*)$`,
  "gm",
);
const OBJECT = new RegExp(String.raw`${COMMENT}export interface (\w+) \{\n([^]*?)^\}$`, "gm");
const FIELD = new RegExp(String.raw`${COMMENT}(\w+)(\??): (.*)$`, "gm");

const expected = await format(reference(readFileSync(join(root, "index.d.ts"), "utf8")), {
  parser: "markdown",
  printWidth: 100,
});
if (!process.argv.includes("--check")) writeFileSync(page, expected);
else if (readFileSync(page, "utf8") !== expected) {
  process.stderr.write("docs/api.md is not current: node scripts/write-api.mjs\n");
  process.exit(1);
}

function reference(declarations) {
  const functions = [...declarations.matchAll(FUNCTION)].map(
    ([, comment, name, signature]) =>
      `### ${name}\n\n\`\`\`ts\nfunction ${name}${signature}\n\`\`\`\n\n${prose(comment)}\n`,
  );
  const objects = [...declarations.matchAll(OBJECT)].map(([, comment, name, body]) => {
    const fields = [...body.matchAll(FIELD)].map(
      ([, text, field, optional, type]) =>
        `| \`${field}${optional}\` | ${code(type)} | ${cell(prose(text))} |`,
    );
    return `### ${name}\n\n${prose(comment)}\n\n| field | type | |\n|---|---|---|\n${fields.join("\n")}\n`;
  });
  return [INTRODUCTION, "## Functions\n", ...functions, "## Objects\n", ...objects].join("\n");
}

function prose(comment) {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

function code(type) {
  return `\`${type.replaceAll("|", "\\|")}\``;
}

function cell(text) {
  return text.replaceAll("\n\n", "<br>").replaceAll("\n", " ").replaceAll("|", "\\|");
}
