/**
 * A zstd frame around bytes that are stored, not compressed. Node 20 has no compressor, and a compressor's bytes
 * change with its version; a frame of stored blocks is as valid and always the same.
 */

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** The format's own limit of one block, in bytes. */
const BLOCK_LIMIT = 128 * 1024;
/** Frame header: content size in four bytes, one segment, no checksum, no dictionary. */
const DESCRIPTOR = 0b1010_0000;

export function storedFrame(bytes) {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const blocks = [];
  for (let at = 0; at < bytes.length; at += BLOCK_LIMIT) {
    const block = bytes.subarray(at, at + BLOCK_LIMIT);
    const isLast = at + BLOCK_LIMIT >= bytes.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | isLast, 0, 3);
    blocks.push(header, block);
  }
  return Buffer.concat([Buffer.from([...MAGIC, DESCRIPTOR]), size, ...blocks]);
}
