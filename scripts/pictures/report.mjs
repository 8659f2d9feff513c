/** The upper part of a report as a picture: the page itself, in an SVG, as a reader's browser lays it out. */

const WIDTH = 940;

/** `sections` of the page's cards, over which it is `height` high. */
export function reportPicture(page, { title, sections, height }) {
  const [, style] = /<style>([^]*?)<\/style>/.exec(page);
  const [, main] = /<main>([^]*?)<footer>/.exec(page);
  const shown = main.split("</section>").slice(0, sections).join("</section>") + "</section>";
  // What opens has nothing to open here, and would be in the file all the same.
  const body = shown
    .replaceAll(/<details>[^]*?<\/details>/g, "")
    .replaceAll("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replaceAll(/\s*\n\s*/g, "\n");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${ofWidePages(style)} main { padding: 26px 24px 0 } svg[role] { border-radius: 10px } foreignObject { overflow: hidden }</style>`,
    `<foreignObject width="${WIDTH}" height="${height}">`,
    `<body xmlns="http://www.w3.org/1999/xhtml" style="height:${height}px"><main>${body}</main></body>`,
    "</foreignObject>",
    "</svg>\n",
  ].join("\n");
}

/** Without what holds on narrow screens and on paper: the picture is as wide as it is, however small it is shown. */
function ofWidePages(style) {
  return style.replaceAll(/@media (?:\(max-width|print)[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}/g, "");
}
