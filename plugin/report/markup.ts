/** Markup in which every text is escaped, unless it is markup already. */

import { escapeText } from "./svg-document.js";

/** Text that is markup. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | readonly Markup[];

/** A template of markup: what is put into it is text, whatever characters it has. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Markup {
  const texts = parts.map((part, at) => part + render(values[at] ?? null));
  return new Markup(texts.join(""));
}

function render(value: Value): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escapeText(String(value));
}
