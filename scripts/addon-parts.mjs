// `node scripts/addon-parts.mjs`: builds the addon once more, with its symbols, and prints what its machine code is of, as
// `docs/addon-size.md` shows it. Needs `nm`.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildAddon } from "./build-addon.mjs";
import { root } from "./prepare.mjs";

/** The first that fits a function's name, where types are left out, has it. */
const PARTS = [
  [
    "the standard library's printing of backtraces, with its DWARF reader",
    /gimli|addr2line|rustc_demangle|miniz_oxide|object::read|backtrace/,
  ],
  ["zstd, the half that decompresses", /^(ZSTD|HUF|FSE|XXH|HIST|ERR_|POOL_)/],
  ["the store", /ao_plugin_codex::store/],
  ["the functions for Node", /ao_plugin_codex::binding/],
  ["rollouts and usage", /ao_plugin_codex::(rollout|usage)/],
  ["everything else of ours", /ao_plugin_codex/],
  ["serde", /serde|\bitoa|\bzmij|\bryu/],
  ["napi", /napi|ctor/],
  ["chrono, memchr, crc32fast, rustix", /chrono|memchr|crc32fast|rustix|iana_time_zone/],
  [
    "what is compiled anew for our types: hash tables, trees, iterators, destructors",
    /hashbrown|btree|core::ptr::drop|core::iter|sort|alloc::vec|raw_vec|core::option|HashMap|FnOnce/,
  ],
  ["the rest of the standard library", /^/],
];

const output = join(root, "target", "addon-parts");
process.env.CARGO_PROFILE_RELEASE_STRIP = "none";
await buildAddon({ output });

const addon = readdirSync(output).find((name) => name.endsWith(".node"));
const symbols = execFileSync("nm", ["-C", "-S", "--defined-only", join(output, addon)], {
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
const sizes = new Map(PARTS.map(([part]) => [part, 0]));
for (const [, size, name] of symbols.matchAll(/^\w+ (\w+) [tTwW] (.*)$/gm)) {
  const [part] = PARTS.find(([, pattern]) => pattern.test(name));
  sizes.set(part, sizes.get(part) + parseInt(size, 16));
}
for (const [part, size] of [...sizes].toSorted(([, a], [, b]) => b - a)) {
  console.log(`| ${part.padEnd(80)} | ${String(Math.round(size / 1000)).padStart(4)} K |`);
}
