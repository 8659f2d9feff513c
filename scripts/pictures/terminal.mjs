/** A terminal as a picture: commands and what they print, as SVG text in the reader's own fonts. */

/** A character of the usual monospaced fonts, at this size. */
const FONT_SIZE = 13;
const CHARACTER = 7.8;
const LINE = 19;
const PADDING = 18;
/** The three buttons of a window. */
const BAR = 34;
const BUTTONS = ["#ff5f57", "#febc2e", "#28c840"];

const COLOURS = { text: "#e6e8eb", soft: "#8b929c", ground: "#16181c" };
const PROMPT = "\u001B[32m$\u001B[39m";
/** The classes of the styles that the command's escapes begin. */
const STYLES = { 1: "b", 2: "s", 31: "r", 32: "g", 33: "y", 36: "c" };
const STYLE = [
  `text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:${COLOURS.text};white-space:pre}`,
  `.b{font-weight:600}.s{fill:${COLOURS.soft}}`,
  ".r{fill:#f2777a}.g{fill:#7fcf9a}.y{fill:#f0c674}.c{fill:#7fc4d9}",
].join("");

/** The picture of these `{ command, output }`; `title` says it to whoever does not see it. */
export function terminalPicture(runs, { title, columns }) {
  const lines = runs.flatMap(({ command, output }, at) => [
    ...(at > 0 ? [""] : []),
    `${PROMPT} ${command}`,
    ...output.trimEnd().split("\n"),
  ]);
  const width = Math.ceil(columns * CHARACTER + 2 * PADDING);
  const height = BAR + lines.length * LINE + PADDING;
  const dots = BUTTONS.map(
    (colour, at) => `<circle cx="${PADDING + 5 + at * 18}" cy="18" r="5.5" fill="${colour}"/>`,
  );
  const texts = lines.map((line, at) => textOf(line, BAR + (at + 1) * LINE - 4));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="10" fill="${COLOURS.ground}"/>`,
    ...dots,
    ...texts.filter((text) => text !== ""),
    "</svg>\n",
  ].join("\n");
}

/** A line of text, as long as its columns are in any font: what stands below each other stays so. */
function textOf(line, y) {
  const parts = spansOf(line);
  const columns = parts.reduce((sum, { text }) => sum + [...text].length, 0);
  if (columns === 0) return "";
  const length = Math.round(columns * CHARACTER * 10) / 10;
  const spans = parts.map(({ style, text }) =>
    style === "" ? escaped(text) : `<tspan class="${style}">${escaped(text)}</tspan>`,
  );
  return `<text x="${PADDING}" y="${y}" textLength="${length}" xml:space="preserve">${spans.join("")}</text>`;
}

/** The pieces of a line by the style that its escapes give them. */
function spansOf(line) {
  const [plain, ...styled] = line.split("\u001B[");
  const spans = styled.map((piece) => {
    const [, code, text] = /^(\d+)m(.*)$/.exec(piece);
    return { style: STYLES[code] ?? "", text };
  });
  return [{ style: "", text: plain }, ...spans].filter(({ text }) => text !== "");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
