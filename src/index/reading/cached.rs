//! The cached ledger of a rollout: its sums, and the state from which it goes on.

use std::sync::Arc;

use crate::codec::{decode, encode};
use crate::fs::file_stamp::FileStamp;
use crate::index::cache::states;
use crate::index::reading::ledger::Checkpoint;
use crate::ledger::fold::Fold;
use crate::ledger::summary::{Summary, SummaryPrefix};

/// The knowledge of a rollout's records.
#[derive(Debug, Default)]
pub enum Cached {
    /// The records were not read.
    #[default]
    Nothing,
    /// The records were read.
    Folded(Box<CachedLedger>),
    /// The records cannot be read, whatever the system allows: the file itself is damaged.
    Broken(Box<Broken>),
}

/// The damage of a file. Few files are damaged: the entries of ten thousand are not to have room for it.
#[derive(Debug)]
pub struct Broken {
    /// The file as it was then.
    pub stamp: FileStamp,
    /// The reason why it cannot be read.
    pub reason: Box<str>,
}

/// A ledger that nobody works on: its sums, and the state to go on from.
#[derive(Debug)]
pub struct CachedLedger {
    /// The place that it was read up to.
    pub checkpoint: Checkpoint,
    /// The time when the last record was written, in milliseconds since 1970, if one says so.
    pub last_record_ms: Option<i64>,
    /// Its sums.
    pub summary: CachedSummary,
    /// The state to go on from.
    pub state: LedgerState,
    /// The state behind a last record without a terminator, encoded.
    pub provisional: Option<Box<[u8]>>,
}

/// The sums of a ledger. A copy takes no room.
#[derive(Debug, Clone)]
pub enum CachedSummary {
    /// As it is: that of a fold which is being appended to.
    Ready(Arc<Summary>),
    /// Encoded.
    Encoded(Arc<[u8]>),
}

impl CachedSummary {
    /// The summary; `None` when its bytes are of something else.
    #[must_use]
    pub fn get(&self) -> Option<Summary> {
        match self {
            Self::Ready(summary) => Some((**summary).clone()),
            Self::Encoded(bytes) => decode(bytes),
        }
    }

    /// The fields that the summary begins with.
    #[must_use]
    pub fn prefix(&self) -> Option<SummaryPrefix> {
        match self {
            Self::Ready(summary) => Some(SummaryPrefix::from(&**summary)),
            Self::Encoded(bytes) => SummaryPrefix::of(bytes),
        }
    }

    /// The fields that the summary begins with, and its limits.
    #[must_use]
    pub fn limits(&self) -> Option<(SummaryPrefix, Box<[u8]>)> {
        match self {
            Self::Ready(summary) => Some((SummaryPrefix::from(&**summary), summary.limits.clone())),
            Self::Encoded(bytes) => SummaryPrefix::with_limits(bytes),
        }
    }

    /// Encodes it.
    pub fn encode(&mut self) {
        if let Self::Ready(summary) = self {
            *self = Self::Encoded(encode(&**summary).into());
        }
    }
}

/// The state of a fold.
#[derive(Debug)]
pub enum LedgerState {
    /// With the folds that are being appended to.
    Live,
    /// Encoded, in memory.
    Encoded(Box<[u8]>),
    /// Encoded, in the file that was read at the beginning or written since.
    Stored {
        /// Its beginning.
        at: u64,
        /// The number of bytes that it has.
        length: u32,
        /// Their checksum.
        checksum: u32,
    },
}

/// The state that a ledger goes on from, in the form in which it was cached.
pub(crate) enum PriorLedger {
    Live(Box<Fold>),
    Encoded(Box<[u8]>),
    Mapped(states::State),
}

impl PriorLedger {
    pub(crate) fn decode(self) -> Option<Box<Fold>> {
        match self {
            Self::Live(fold) => Some(fold),
            Self::Encoded(bytes) => decode(&bytes).map(Box::new),
            Self::Mapped(state) => decode(state.bytes()).map(Box::new),
        }
    }
}
