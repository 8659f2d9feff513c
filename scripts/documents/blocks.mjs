/** The fenced blocks of a document that are commands, and what becomes of them. */

/** Three backticks, `console` or `sh`, and where the commands are run: `in=workspace`, else in the checkout. */
const BLOCK = /^```(console|sh)(?: in=(\w+))?\n([^]*?)^```$/gm;

/** `{ language, place, text }` of each block, in their order. */
export function blocksOf(document) {
  return [...document.matchAll(BLOCK)].map(([, language, place = "checkout", text]) => ({
    language,
    place,
    text,
  }));
}

/** The document with each `console` block as `rewrite(block)` gives it. */
export async function rewritten(document, rewrite) {
  const parts = [];
  let from = 0;
  for (const match of document.matchAll(BLOCK)) {
    const [whole, language, place = "checkout", text] = match;
    const kept = language === "console" ? await rewrite({ language, place, text }) : text;
    parts.push(
      document.slice(from, match.index),
      whole.replace(text, () => kept),
    );
    from = match.index + whole.length;
  }
  return parts.join("") + document.slice(from);
}

/** The commands of a block: in `console` those after `$`, in `sh` every line, without its comment. */
export function commandsOf({ language, text }) {
  const lines = text.split("\n").map((line) => line.trim());
  if (language === "console")
    return lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
  return lines
    .map((line) => line.replace(/ {2,}# .*$/, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
}
