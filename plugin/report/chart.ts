/** A chart in several widths, of which the page shows the one that fits. */

import { plot } from "./plot.js";
import { SvgDocument, SvgElement } from "./svg-document.js";

type Options = NonNullable<Parameters<typeof plot>[0]>;

export interface Chart {
  /** The subject of the chart; the first thing that a screen reader says. */
  title: string;
  /** A summary of what is to be seen in it. */
  description: string;
  /** In CSS pixels, the widest first. */
  widths: readonly number[];
  draw: (width: number) => Options;
}

/** As in the page's style. */
export const FONT_SIZE = 12;

let drawn = 0;

/** The markup of the chart: one picture for each width. */
export function chartMarkup({ title, description, widths, draw }: Chart): string {
  const pictures = widths.map((width, at) => {
    const options = draw(width);
    const document = new SvgDocument();
    const svg: unknown = plot({
      ...options,
      // As much of a document as it needs.
      document: document as never,
      width,
      className: "plot",
    });
    if (!(svg instanceof SvgElement)) throw new Error("a chart with more than a picture");
    return label(svg, title, description, at).toString();
  });
  return `<div class="chart widths-${widths.length}">${pictures.join("\n")}</div>`;
}

function label(svg: SvgElement, title: string, description: string, at: number): SvgElement {
  const id = `chart-${(drawn += 1)}`;
  const named = (name: string, text: string) => {
    const element = svg.ownerDocument.createElement(name);
    element.setAttribute("id", `${id}-${name}`);
    element.textContent = text;
    return element;
  };
  const first = svg.childNodes.find((child) => child instanceof SvgElement) ?? null;
  svg.insertBefore(named("title", title), first);
  svg.insertBefore(named("desc", description), first);
  svg.setAttribute("role", "img");
  svg.setAttribute("class", `width-${at}`);
  svg.setAttribute("aria-labelledby", `${id}-title ${id}-desc`);
  // The page's own style has what the library would put into each picture.
  for (const child of svg.childNodes.filter(
    (one) => one instanceof SvgElement && one.tagName === "style",
  ))
    svg.removeChild(child as SvgElement);
  return svg;
}
