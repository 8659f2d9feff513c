//! Rollouts that Codex compressed: `.jsonl.zst`.

use std::io::{self, BufReader, Read};

/// Below this size, in bytes, a decompressed rollout is never suspected.
const BOMB_THRESHOLD: u64 = 256 * 1024 * 1024;

/// A rollout that grows by more than this is no text that anybody wrote.
const MAX_RATIO: u64 = 1000;

/// A frame may ask for a window of 2 to this power bytes, 32 MB, and no more: what the file says of itself must not
/// decide how much memory we take. Level 19 asks for 8 MB.
const MAX_WINDOW_LOG: u32 = 25;

/// Reads the text of a compressed rollout; fails when it grows out of all proportion.
pub struct Decompressed<R: Read> {
    decoder: zstd::Decoder<'static, BufReader<R>>,
    limit: u64,
    produced: u64,
}

impl<R: Read> Decompressed<R> {
    /// A reader of the text in `compressed`, which is `size` bytes long.
    ///
    /// # Errors
    ///
    /// When the decompressor cannot be made.
    pub fn new(compressed: R, size: u64) -> io::Result<Self> {
        let limit = size.saturating_mul(MAX_RATIO).max(BOMB_THRESHOLD);
        let mut decoder = zstd::Decoder::new(compressed)?;
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        Ok(Self { decoder, limit, produced: 0 })
    }
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.produced += read as u64;
        if self.produced > self.limit {
            let reason = format!("decompresses to more than {MAX_RATIO} times its size");
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decompress(compressed: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Decompressed::new(compressed, compressed.len() as u64)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn gives_the_text_that_was_compressed() {
        let compressed = zstd::encode_all(&b"{\"a\":1}\n"[..], 3).unwrap();
        assert_eq!(decompress(&compressed).unwrap(), b"{\"a\":1}\n");
    }

    #[test]
    fn a_cut_or_foreign_file_is_an_error() {
        let compressed = zstd::encode_all(&[b'x'; 4000][..], 3).unwrap();
        assert!(decompress(&compressed[..compressed.len() - 4]).is_err());
        assert!(decompress(b"{\"a\":1}\n").is_err());
    }

    #[test]
    fn a_frame_that_asks_for_too_much_memory_is_an_error() {
        let header = |window_log: u8| {
            let window = (window_log - 10) << 3;
            let empty_last_block = [1, 0, 0];
            [&[0x28, 0xb5, 0x2f, 0xfd, 0, window], &empty_last_block[..]].concat()
        };
        assert_eq!(decompress(&header(25)).unwrap(), b"");
        assert!(decompress(&header(26)).is_err());
    }

    #[test]
    fn a_file_that_grows_out_of_all_proportion_is_an_error() {
        let zeros = io::repeat(b' ').take(BOMB_THRESHOLD + 1);
        let bomb = zstd::encode_all(zeros, 1).unwrap();
        let mut reader = Decompressed::new(&bomb[..], bomb.len() as u64).unwrap();
        let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "decompresses to more than 1000 times its size");
    }
}
