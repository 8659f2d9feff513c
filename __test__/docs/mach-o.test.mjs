/** A release refuses an addon for macOS that loads more than every macOS has: what it says of itself is read here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { machO } from "../../scripts/mach-o.mjs";

const SYSTEM = "/usr/lib/libSystem.B.dylib";
const FRAMEWORK = "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation";

/** A load command: its kind, and 32-bit numbers or a path after them. */
function command(kind, numbers, path = "") {
  const text = Buffer.from(path ? `${path}\0` : "");
  const size = Math.ceil((8 + numbers.length * 4 + text.length) / 8) * 8;
  const bytes = Buffer.alloc(size);
  [kind, size, ...numbers].forEach((number, at) => bytes.writeUInt32LE(number, at * 4));
  text.copy(bytes, 8 + numbers.length * 4);
  return bytes;
}

/** The path lies after the command's own 24 bytes. */
const dylib = (kind, path) => command(kind, [24, 2, 0x10000, 0x10000], path);

function file(...commands) {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0xfeedfacf, 0);
  header.writeUInt32LE(commands.length, 16);
  return Buffer.concat([header, ...commands, Buffer.from("code")]);
}

test("what a Mach-O file loads is told, weakly or for others too, and the macOS that it asks for", () => {
  const segment = command(0x19, Array(18).fill(7));
  const built = command(0x32, [1, 0x000a0f00, 0x000f0000, 0]);
  const all = [0xc, 0x80000018, 0x8000001f].map((kind) => dylib(kind, FRAMEWORK));
  assert.deepEqual(machO(file(segment, dylib(0xc, SYSTEM), built, ...all)), {
    minimum: "10.15",
    libraries: [SYSTEM, FRAMEWORK, FRAMEWORK, FRAMEWORK],
  });
});

test("the version may be told as older linkers do, and its own name is nothing that it loads", () => {
  const own = dylib(0xd, "libao_plugin_codex.dylib");
  assert.deepEqual(machO(file(own, command(0x24, [0x000b0000, 0x000f0000]))), {
    minimum: "11.0",
    libraries: [],
  });
});

test("what is no Mach-O file is refused", () => {
  assert.throws(() => machO(Buffer.from("\x7fELF and more")), new Error("no 64-bit Mach-O file"));
});
