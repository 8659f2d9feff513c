/** Reads from a 64-bit Mach-O file what it loads, and the version of macOS that it asks for. */

const MAGIC = 0xfeedfacf;
const HEADER_BYTES = 32;
const BUILD_VERSION = 0x32;
const VERSION_MIN_MACOSX = 0x24;
/** `LC_LOAD_DYLIB`, `LC_LOAD_WEAK_DYLIB`, `LC_REEXPORT_DYLIB`. */
const LOADS = new Set([0xc, 0x80000018, 0x8000001f]);

/** `minimum` is a version as `MACOSX_DEPLOYMENT_TARGET` has it; `libraries` are paths. */
export function machO(file) {
  if (file.readUInt32LE(0) !== MAGIC) throw new Error("no 64-bit Mach-O file");
  const found = { minimum: null, libraries: [] };
  let at = HEADER_BYTES;
  for (let count = file.readUInt32LE(16); count > 0; count -= 1) {
    const [kind, size] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    const command = file.subarray(at, at + size);
    if (kind === BUILD_VERSION) found.minimum = versionOf(command.readUInt32LE(12));
    if (kind === VERSION_MIN_MACOSX) found.minimum = versionOf(command.readUInt32LE(8));
    if (LOADS.has(kind)) found.libraries.push(textOf(command.subarray(command.readUInt32LE(8))));
    at += size;
  }
  return found;
}

/** 16 bits of the major version, 8 of the minor, 8 of the patch. */
function versionOf(number) {
  return `${number >>> 16}.${(number >>> 8) & 0xff}`;
}

function textOf(bytes) {
  return bytes.toString("utf8", 0, bytes.indexOf(0));
}
