/** Programs that pick a version of another one when they are run. */

const SHIMS: [RegExp, string][] = [
  [/[/\\]\.?asdf[/\\]shims[/\\]/, "asdf"],
  [/[/\\]mise[/\\]shims[/\\]/, "mise"],
  [/[/\\]\.?volta[/\\]bin[/\\]/, "Volta"],
  [/[/\\]\.?nodenv[/\\]shims[/\\]/, "nodenv"],
  [/[/\\]\.?proto[/\\]shims[/\\]/, "proto"],
];

/** The version manager whose shim this is; `null` where it is none. */
export function shimOf(program: string): string | null {
  return SHIMS.find(([place]) => place.test(program))?.[1] ?? null;
}
