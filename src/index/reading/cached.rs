//! Folds that were put away: what they come to, and what is needed to go on.

use crate::codec::{pack, unpack};
use crate::fs::file_stamp::FileStamp;
use crate::index::cache::states;
use crate::index::reading::ledger::Stop;
use crate::ledger::fold::Fold;
use crate::ledger::summary::{Glimpse, Summary};

/// What is known of a rollout's records.
#[derive(Debug, Default)]
pub enum Known {
    /// They were not read.
    #[default]
    Nothing,
    /// They were.
    Folded(Box<Kept>),
    /// They cannot be, whatever the system allows: the file itself is damaged.
    Broken(Box<Broken>),
}

/// How a file is damaged. Few are, and what is known of ten thousand is not to have room for it.
#[derive(Debug)]
pub struct Broken {
    /// The file as it was then.
    pub stamp: FileStamp,
    /// Why it cannot be read.
    pub reason: Box<str>,
}

/// A fold that was put away.
#[derive(Debug)]
pub struct Kept {
    /// Where it stopped.
    pub stop: Stop,
    /// When the last record was written, in milliseconds since 1970, if one says so.
    pub last_record_ms: Option<i64>,
    /// What it comes to.
    pub summary: KeptSummary,
    /// What is needed to go on.
    pub state: State,
    /// The state behind a last record without a terminator, packed.
    pub closed: Option<Box<[u8]>>,
}

/// What a fold comes to.
#[derive(Debug)]
pub enum KeptSummary {
    /// As it is: that of a fold which is being appended to.
    Ready(Box<Summary>),
    /// Packed.
    Packed(Box<[u8]>),
}

impl KeptSummary {
    /// The summary; `None` when its bytes are of something else.
    #[must_use]
    pub fn get(&self) -> Option<Summary> {
        match self {
            Self::Ready(summary) => Some((**summary).clone()),
            Self::Packed(bytes) => unpack(bytes),
        }
    }

    /// What decides whether the rollout is a thread of its own.
    #[must_use]
    pub fn glimpse(&self) -> Option<Glimpse> {
        match self {
            Self::Ready(summary) => Some(Glimpse {
                is_empty: summary.is_empty,
                inherits: summary.inherits,
                thread_id: summary.thread_id.clone(),
            }),
            Self::Packed(bytes) => Glimpse::of(bytes),
        }
    }

    /// Packs it.
    pub fn pack(&mut self) {
        if let Self::Ready(summary) = self {
            *self = Self::Packed(pack(&**summary).into_boxed_slice());
        }
    }
}

/// The state of a fold.
#[derive(Debug)]
pub enum State {
    /// With the folds that are being appended to.
    Live,
    /// Packed, in memory.
    Packed(Box<[u8]>),
    /// Packed, in the file that was read at the beginning or written since.
    Stored {
        /// Where it begins.
        at: u64,
        /// How many bytes it has.
        length: u32,
        /// Their checksum.
        checksum: u32,
    },
}

/// A fold to go on from, as it was kept.
pub(crate) enum Before {
    Live(Box<Fold>),
    Packed(Box<[u8]>),
    Mapped(states::State),
}

impl Before {
    pub(crate) fn unpack(self) -> Option<Box<Fold>> {
        match self {
            Self::Live(fold) => Some(fold),
            Self::Packed(bytes) => unpack(&bytes).map(Box::new),
            Self::Mapped(state) => unpack(state.bytes()).map(Box::new),
        }
    }
}
