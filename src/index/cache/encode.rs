//! Encodes what is known of a home for its cache file. Only ids, paths, models, versions and numbers are in them:
//! nothing that anybody said.

use std::cmp::Reverse;
use std::path::Path;

use crate::codec::{Codec, Encoder, crc32, encode};
use crate::index::cache::file::canonical;
use crate::index::cache::file::{CacheFile, MAX_BYTES};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::tree::Tree;
use crate::index::reading::cached::{Cached, CachedLedger, CachedSummary, LedgerState};
use crate::index::reading::ledger::Checkpoint;
use crate::index::reading::ledgers::LiveFolds;

/// The contents of a cache file, ready to be written.
#[derive(Debug, Default)]
pub struct Contents {
    /// The index, which every refresh needs.
    pub index: Vec<u8>,
    /// The folds to go on from.
    pub states: Vec<u8>,
    /// The place of each file's state in `states`, and its checkpoint.
    pub places: Vec<(Slot, Checkpoint, LedgerState)>,
}

impl Contents {
    /// Encodes a home; `None` when a path of it is no text.
    #[must_use]
    pub fn of(
        home: &Path,
        tree: &Tree,
        live: &LiveFolds,
        cache_file: Option<&CacheFile>,
    ) -> Option<Self> {
        let mut contents = Self::default();
        let mut encoder = Encoder::default();
        encoder.text(canonical(home).to_str()?);
        encoder.number(tree.directories.len() as u64);
        for directory in &tree.directories {
            encoder.raw(directory.path.strip_prefix(home).ok()?.to_str()?.as_bytes());
            directory.archived.encode(&mut encoder);
            directory.depth.encode(&mut encoder);
            // What was passed over is found again by listing it.
            let is_plain = directory.skipped.is_empty() && directory.unreadable.is_none();
            directory.listed.filter(|_| is_plain).encode(&mut encoder);
            directory.directories.encode(&mut encoder);
        }
        let mut newest: Vec<(Slot, &Entry)> = tree.files.iter().collect();
        newest.sort_unstable_by_key(|(_, entry)| Reverse(entry.stamp.modified));
        encoder.number(newest.len() as u64);
        for (slot, entry) in newest {
            entry.directory.encode(&mut encoder);
            // Each is another one: among the texts that are referred to it would be in the way.
            encoder.raw(entry.name.as_bytes());
            entry.stamp.encode(&mut encoder);
            entry.is_linked.encode(&mut encoder);
            entry.is_head_racy.encode(&mut encoder);
            entry.head.encode(&mut encoder);
            entry.last_record.encode(&mut encoder);
            // The summaries in the index may take as much again.
            let has_room = (contents.states.len() as u64) < MAX_BYTES / 2;
            match &entry.fold {
                Cached::Folded(cached) if has_room => {
                    contents.add_fold(&mut encoder, slot, entry, cached, live, cache_file);
                }
                Cached::Folded(_) | Cached::Nothing | Cached::Broken(_) => {
                    false.encode(&mut encoder);
                }
            }
        }
        contents.index = encoder.finish();
        ((contents.index.len() + contents.states.len()) as u64 <= MAX_BYTES).then_some(contents)
    }

    fn add_fold(
        &mut self,
        encoder: &mut Encoder,
        slot: Slot,
        entry: &Entry,
        cached: &CachedLedger,
        live: &LiveFolds,
        cache_file: Option<&CacheFile>,
    ) {
        let before = self.states.len();
        let known = match &cached.state {
            LedgerState::Encoded(bytes) => {
                self.states.extend_from_slice(bytes);
                true
            }
            LedgerState::Live => live.peek(&(slot, entry.born)).is_some_and(|fold| {
                self.states.extend_from_slice(&encode(&**fold));
                true
            }),
            LedgerState::Stored { at, length, checksum } => {
                let state =
                    cache_file.and_then(|cache_file| cache_file.state(*at, *length, *checksum));
                state.is_some_and(|state| {
                    self.states.extend_from_slice(state.bytes());
                    true
                })
            }
        };
        known.encode(encoder);
        let state = self.states.get(before..).unwrap_or_default();
        let Some(length) = u32::try_from(state.len()).ok().filter(|_| known) else { return };
        let (at, checksum) = (before as u64, crc32(state));
        cached.checkpoint.encode(encoder);
        cached.last_record_ms.encode(encoder);
        match &cached.summary {
            CachedSummary::Encoded(bytes) => encoder.raw(bytes),
            CachedSummary::Ready(summary) => encoder.raw(&encode(&**summary)),
        }
        encoder.number(at);
        encoder.number(length.into());
        encoder.number(checksum.into());
        cached.provisional.is_some().encode(encoder);
        if let Some(provisional) = &cached.provisional {
            encoder.raw(provisional);
        }
        self.places.push((slot, cached.checkpoint, LedgerState::Stored { at, length, checksum }));
    }
}
