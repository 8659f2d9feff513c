/**
 * As much of a document as the plotting library draws on: elements that are appended to each other, have attributes
 * and text, and are printed. A whole DOM for Node would be larger than the library.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An element; its methods are those of the DOM. */
export class SvgElement {
  readonly namespaceURI = SVG;
  readonly tagName: string;
  readonly ownerDocument: SvgDocument;
  readonly #attributes = new Map<string, string>();
  readonly #styles = new Map<string, string>();
  #children: (SvgElement | string)[] = [];
  parentNode: SvgElement | null = null;

  constructor(ownerDocument: SvgDocument, tagName: string) {
    this.ownerDocument = ownerDocument;
    this.tagName = tagName;
  }

  get style() {
    return {
      setProperty: (name: string, value: unknown) => this.#styles.set(name, String(value)),
      removeProperty: (name: string) => this.#styles.delete(name),
    };
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value));
  }

  setAttributeNS(_namespace: string | null, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  appendChild<Child extends SvgElement | string>(child: Child): Child {
    if (child instanceof SvgElement) child.parentNode = this;
    this.#children.push(child);
    return child;
  }

  append(...children: (SvgElement | string)[]): void {
    for (const child of children) this.appendChild(child);
  }

  insertBefore<Child extends SvgElement>(child: Child, next: SvgElement | null): Child {
    const at = next === null ? -1 : this.#children.indexOf(next);
    if (at === -1) return this.appendChild(child);
    child.parentNode = this;
    this.#children.splice(at, 0, child);
    return child;
  }

  removeChild<Child extends SvgElement>(child: Child): Child {
    this.#children = this.#children.filter((other) => other !== child);
    return child;
  }

  remove(): void {
    this.parentNode?.removeChild(this);
  }

  get childNodes(): (SvgElement | string)[] {
    return this.#children;
  }

  get firstChild(): SvgElement | string | null {
    return this.#children[0] ?? null;
  }

  set textContent(text: string) {
    this.#children = [String(text)];
  }

  get textContent(): string {
    return this.#children
      .map((child) => (typeof child === "string" ? child : child.textContent))
      .join("");
  }

  querySelector(): null {
    return null;
  }

  querySelectorAll(): [] {
    return [];
  }

  toString(): string {
    const styles = [...this.#styles].map(([name, value]) => `${name}:${value}`).join(";");
    const attributes = [
      ...this.#attributes,
      ...(styles === "" ? [] : [["style", styles] as const]),
    ];
    const words = [
      this.tagName,
      ...attributes.map(([name, value]) => `${name}="${escapeText(value)}"`),
    ];
    const inside = this.#children.map((child) =>
      typeof child === "string" ? escapeText(child) : child.toString(),
    );
    return `<${words.join(" ")}>${inside.join("")}</${this.tagName}>`;
  }
}

export class SvgDocument {
  readonly documentElement = new SvgElement(this, "svg");

  createElement(name: string): SvgElement {
    return new SvgElement(this, name);
  }

  createElementNS(_namespace: string | null, name: string): SvgElement {
    return new SvgElement(this, name);
  }

  createTextNode(text: string): string {
    return text;
  }
}

/** Text for any place between tags or in a quoted attribute: nothing of it can end either. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
