/**
 * Files import in one direction: no circle of files, and no arrow against the order of the folders. Their comments end
 * where two files fit side by side: formatters leave them as they are.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/documents/list.mjs";

/** The folders and single files of a tree. Each imports only what stands in its own line or before it. */
const RUST = [
  ["error.rs"],
  ["fs"],
  ["codec"],
  ["rollout"],
  ["ledger"],
  ["billing"],
  ["index"],
  ["session"],
  ["codex_cli"],
  ["wrapper"],
  ["export"],
  ["binding"],
  ["lib.rs"],
];
const TYPESCRIPT = [
  [], // every other file beside the folders
  ["terminal"],
  ["launch", "session", "settings.ts"],
  ["doctor", "report"],
  ["agent.ts", "cli"],
  ["index.ts"],
];

const COLUMNS = 120;

/** The folders whose comments are looked at. */
const COMMENTED = ["__test__", "benches/lib", "plugin", "scripts", "src", "tests"];

/** A line that is nothing but a comment, in Rust, TypeScript and JavaScript. */
const COMMENT = /^\s*(\/\/|\/\*|\*)/;

const rust = graph("src", /\.rs$/, rustImports);
const typescript = graph("plugin", /\.c?ts$/, typescriptImports);

test("no file imports itself by way of others", () => {
  assert.deepEqual([...circles(rust), ...circles(typescript)], []);
});

test("no file imports from a folder that comes after its own", () => {
  assert.deepEqual([...arrows(rust, RUST), ...arrows(typescript, TYPESCRIPT)], []);
});

test("every file of plugin/ but the entries of the package is imported", () => {
  const imported = new Set([...typescript.values()].flatMap((others) => [...others]));
  assert.deepEqual(
    [...typescript.keys()].filter((file) => !imported.has(file)),
    ["plugin/cli/command.ts", "plugin/index.ts"],
  );
});

test("the promises of all exports of the addon are made by one function, which is compiled once", () => {
  const exports = [...rust.keys()].filter(
    (file) =>
      file.startsWith("src/binding/") &&
      /^#\[napi[^\]]*\]\npub async fn/m.test(readFileSync(join(root, file), "utf8")),
  );
  assert.ok(exports.length > 10);
  assert.deepEqual(
    exports.filter((file) => !rust.get(file).has("src/binding/erased.rs")),
    [],
  );
});

test(`no line of a comment is longer than ${COLUMNS} characters`, () => {
  const files = COMMENTED.flatMap((folder) =>
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

test("a tree of imports is read as its branches", () => {
  assert.deepEqual(branches("crate::{a::{b, c as d}, e,\n}"), [
    "crate::a::b",
    "crate::a::c as d",
    "crate::e",
  ]);
});

/** What each file of a tree imports of it. */
function graph(folder, extension, importsOf) {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => extension.test(name) && !name.endsWith("tests.rs"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")));
  return new Map(
    files.toSorted().map((file) => {
      const code = readFileSync(join(root, file), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
      return [file, new Set(importsOf(file, code).filter((other) => other !== file))];
    }),
  );
}

function circles(imports) {
  const reach = new Map([...imports.keys()].map((file) => [file, reached(imports, file)]));
  const all = [...imports.keys()].map((file) =>
    [...reach.get(file)].filter((other) => reach.get(other).has(file)).toSorted(),
  );
  return [...new Set(all.filter((circle) => circle.length > 0).map(spelled))];
}

function reached(imports, file) {
  const seen = new Set();
  const waiting = [file];
  while (waiting.length > 0)
    for (const next of imports.get(waiting.pop())) {
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  return seen;
}

/** `src/fs: a.rs b.rs`; with whole paths where a circle goes through several folders. */
function spelled(circle) {
  const folder = circle[0].split("/").slice(0, 2).join("/");
  if (!circle.every((file) => file.startsWith(`${folder}/`))) return circle.join(" ");
  return `${folder}: ${circle.map((file) => file.slice(folder.length + 1)).join(" ")}`;
}

function arrows(imports, order) {
  const rank = (file) => {
    const [, name, ...below] = file.split("/");
    const found = order.findIndex((line) => line.includes(name));
    assert.ok(found >= 0 || below.length === 0, `${file} has no place in the order`);
    return Math.max(found, 0);
  };
  return [...imports].flatMap(([file, others]) =>
    [...others].filter((other) => rank(other) > rank(file)).map((other) => `${file} -> ${other}`),
  );
}

function typescriptImports(file, code) {
  return [...code.matchAll(/(?:from|import|import\(|require\()\s*"(\.[^"]+)\.c?js"/g)]
    .map(([, path]) => posix.join(dirname(file), path))
    .flatMap((stem) => [`${stem}.ts`, `${stem}.cts`])
    .filter((path) => existsSync(join(root, path)));
}

/** Tests, at the end of a file or in a `tests.rs`, may import what they like. */
function rustImports(file, code) {
  const own = file
    .replace(/^src\//, "")
    .replace(/(^lib|\/mod)?\.rs$/, "")
    .split("/")
    .filter(Boolean);
  const [product] = code.split(/^#\[cfg\(test\)\]\n(?:#\[.*\]\n)*mod \w+ \{/m);
  const uses = [...product.matchAll(/\buse\s+([^;]+);/g)].flatMap(([, tree]) => branches(tree));
  const inline = [...product.matchAll(/(?<!\w|::)(?:crate|super|self)(?:::\w+)+/g)].map(
    ([path]) => path,
  );
  return [...uses, ...inline].flatMap((path) => {
    const names = path.split("::").map((name) => name.trim().split(" ")[0]);
    const ups = names.filter((name) => name === "super").length;
    const rest = names.filter((name) => !["crate", "super", "self"].includes(name));
    const from = names[0] === "crate" ? [] : own.slice(0, own.length - ups);
    const found = rustFile([...from, ...rest]);
    // A path that begins with a name is a module below this file, or another crate.
    return rest.length < names.length || found !== rustFile(from) ? [found] : [];
  });
}

/** `a::{b, c::{d}}` as `a::b` and `a::c::d`. */
function branches(tree) {
  const [, stem, inner] = /^([^{]*)\{(.*)\}$/s.exec(tree.trim()) ?? [];
  if (inner === undefined) return [tree.trim()];
  const parts = [""];
  let depth = 0;
  for (const char of inner) {
    depth += { "{": 1, "}": -1 }[char] ?? 0;
    if (char === "," && depth === 0) parts.push("");
    else parts.push(parts.pop() + char);
  }
  return parts
    .filter((part) => part.trim() !== "")
    .flatMap((part) => branches(part).map((path) => stem + path));
}

/** The file of the deepest module that a path names. */
function rustFile(names) {
  const stems = names.map((_, at) => posix.join("src", ...names.slice(0, names.length - at)));
  return [...stems.flatMap((stem) => [`${stem}.rs`, `${stem}/mod.rs`]), "src/lib.rs"].find((path) =>
    existsSync(join(root, path)),
  );
}
