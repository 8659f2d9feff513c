/** Frames of zstd, made by hand: Node 20 has no compressor. */
export { storedFrame } from "../../scripts/sample-home/zst.mjs";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** The most bytes that a block may stand for. */
const BLOCK = 128 * 1024;
const RAW = 0;
const REPEAT = 1;

/** A frame that stands for `text` and then `blocks` times 128 KB of one byte, in four bytes each. */
export function bomb(text, byte, blocks) {
  const head = Buffer.from(text);
  const parts = [Buffer.from([...MAGIC, 0, windowOf(17)]), block(RAW, head.length, 0), head];
  for (let left = blocks; left > 0; left -= 1)
    parts.push(block(REPEAT, BLOCK, left === 1 ? 1 : 0), Buffer.from([byte]));
  return Buffer.concat(parts);
}

/** A frame that needs a window of 2 to the power of `log` bytes to be read, and holds `text`. */
export function frameWithWindow(text, log) {
  const bytes = Buffer.from(text);
  const header = Buffer.from([...MAGIC, 0, windowOf(log)]);
  return Buffer.concat([header, block(RAW, bytes.length, 1), bytes]);
}

const windowOf = (log) => (log - 10) << 3;

function block(type, size, last) {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | last, 0, 3);
  return header;
}
