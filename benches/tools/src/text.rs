//! Filler in the form that JSON strings have on disk, made once and cut into pieces at memory speed.

use fastrand::Rng;

/// Pieces begin and end at multiples of this many bytes, so that no escape sequence is ever cut.
const GRAIN: usize = 64;

/// The number of grains to choose from: 4 MB, more than a processor's cache and less than a file.
const GRAINS: usize = 1 << 16;

const WORDS: [&str; 16] = [
    "return", "the", "import", "{", "}", "rollout", "const", "value", "=>", "test", "0x3f",
    "error:", "assert", "search", "async", "products",
];

/// The end of a line, most often nothing but the line break.
const ENDS: [&str; 8] =
    ["\\n", "\\n", "\\n", "\\n", "\\n\\n", "\\\"}\\n", "= \\\"Größe\\\"\\n", "\\n"];

/// Text that looks like tool output: a line break every 64 bytes, quotes and words beyond ASCII now and then.
pub struct Text {
    grains: Vec<u8>,
}

impl Text {
    /// The text of a seed.
    pub fn new(rng: &mut Rng) -> Self {
        let mut grains = Vec::with_capacity(GRAIN * GRAINS);
        while grains.len() < GRAIN * GRAINS {
            let line_end = rng.choice(ENDS).unwrap_or_default();
            let end = grains.len() + GRAIN;
            loop {
                let word = rng.choice(WORDS).unwrap_or_default();
                if grains.len() + word.len() + 1 + line_end.len() > end {
                    break;
                }
                grains.extend_from_slice(word.as_bytes());
                grains.push(b' ');
            }
            grains.resize(end - line_end.len(), b' ');
            grains.extend_from_slice(line_end.as_bytes());
        }
        Self { grains }
    }

    /// Appends `length` bytes, rounded up to whole grains.
    pub fn push(&self, rng: &mut Rng, length: usize, out: &mut Vec<u8>) {
        let mut left = length.div_ceil(GRAIN) * GRAIN;
        let mut at = rng.usize(..GRAINS) * GRAIN;
        while left > 0 {
            let piece = &self.grains[at..(at + left).min(self.grains.len())];
            out.extend_from_slice(piece);
            left -= piece.len();
            at = 0;
        }
    }
}
