//! The use of a thread's context window, by the last record that says so.

use crate::codec::{Codec, Decoder, Encoder};
use crate::rollout::record::rate_limits::{ContextUse, context_text, read_context};

/// The last record: as it is until somebody asks.
#[derive(Debug, Default, Clone)]
pub struct LastContext {
    text: Vec<u8>,
    read: Option<ContextUse>,
}

impl LastContext {
    /// Takes a `token_count`.
    pub fn read(&mut self, line: &[u8]) {
        let Some(text) = context_text(line) else { return };
        self.text.clear();
        self.text.extend_from_slice(text);
    }

    /// The use of the window; `None` where no record says so.
    #[must_use]
    pub fn get(&self) -> Option<ContextUse> {
        if self.text.is_empty() { self.read } else { read_context(&self.text) }
    }
}

impl Codec for LastContext {
    fn encode(&self, encoder: &mut Encoder) {
        self.get().encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { text: Vec::new(), read: Option::decode(decoder)? })
    }
}
