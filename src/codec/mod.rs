//! Values as few bytes, and back: how the state of a fold is kept while nobody appends to its rollout.
//!
//! A thousand small states have to fit in a megabyte. Numbers take as many bytes as they need, an id in the form of a
//! UUID takes 16, and a text that was there before is referred to: the same few models and directories are named again
//! and again. The number of the format of the file that they stand in tells their meaning.

pub mod bytes;
mod crc32;
pub mod hash;
mod stamps;
mod uuid;
mod values;

pub use bytes::{Codec, Decoder, Encoder, decode, encode};
pub use crc32::crc32;
pub use hash::stable_hash;
pub(crate) use values::{codec_fields, codec_variants};
