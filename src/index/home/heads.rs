//! Reads the heads of rollouts that were not read, or have changed.

use std::collections::HashSet;
use std::io;
use std::time::Instant;

use crate::error::Result;
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::open::is_shortage;
use crate::fs::parallel;
use crate::index::catalog::entry::{Entry, LastRecord, Slot};
use crate::index::home::{HomeStore, MAX_REFRESHES};
use crate::index::reading::heads::{Head, HeadFacts};
use crate::index::state::State;
use crate::rollout::file::{RolloutFile, Skipped};
use crate::rollout::head::HeadReader;
use crate::rollout::tail::last_record_ms;

/// The number of heads that are read before they are written down and others get their turn.
pub(crate) const MAX_HEADS: usize = 2048;

/// A head that is to be read.
pub(crate) struct Wanted {
    /// Its place.
    pub slot: Slot,
    born: u64,
    stamp: FileStamp,
    /// The rollout.
    pub file: RolloutFile,
}

impl Wanted {
    fn of(state: &State, slot: Slot, entry: &Entry) -> Self {
        let file = entry.file(state.catalog.tree.path_of(entry));
        Self { slot, born: entry.born, stamp: entry.stamp, file }
    }
}

/// The outcome of reading some heads.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Some were not there any more.
    pub gone: bool,
    /// Some could not be read this time.
    pub failed: Vec<Skipped>,
    /// The error of a system that had not what it takes to read them.
    pub shortage: Option<i32>,
}

impl Outcome {
    /// Both together.
    pub(crate) fn add(&mut self, other: Self) {
        self.gone |= other.gone;
        self.shortage = self.shortage.or(other.shortage);
        self.failed.extend(other.failed);
    }
}

impl HomeStore {
    /// Reads heads and remembers them. To be called by one at a time.
    fn read_heads(&self, wanted: &[Wanted]) -> Outcome {
        let began = Timestamp::now();
        let results = parallel::map(wanted, HeadReader::default, |reader, Wanted { file, .. }| {
            reader.read(&file.path, file.compressed)
        });
        let mut outcome = Outcome::default();
        let mut state = self.lock();
        let State { catalog, lookup, texts, cache, .. } = &mut *state;
        let tree = &mut catalog.tree;
        tree.files.changes += 1;
        for (Wanted { slot, born, stamp, file }, result) in wanted.iter().zip(results) {
            let head = match result {
                Some(Ok(Some(meta))) => Head::Read(Box::new(HeadFacts::new(&meta, file, texts))),
                Some(Ok(None)) => Head::Missing("no session_meta at its beginning".into()),
                Some(Err(error)) if error.is_not_found() => {
                    outcome.gone = true;
                    continue;
                }
                Some(Err(error)) => {
                    let refused = error.io_error().filter(|refused| is_shortage(refused));
                    outcome.shortage =
                        refused.and_then(io::Error::raw_os_error).or(outcome.shortage);
                    let path = file.path.clone();
                    outcome.failed.push(Skipped { path, reason: error.reason() });
                    continue;
                }
                None => {
                    let reason = "reading it failed unexpectedly".to_owned();
                    outcome.failed.push(Skipped { path: file.path.clone(), reason });
                    continue;
                }
            };
            let same = |entry: &&mut Entry| entry.born == *born && entry.stamp == *stamp;
            let Some(entry) = tree.files.get_mut(*slot).filter(same) else { continue };
            entry.is_head_racy = stamp.is_racy(began);
            let is_new = match (&entry.head, &head) {
                (Head::Outdated(before), Head::Read(now)) => before != now,
                _ => true,
            };
            let is_first = matches!(entry.head, Head::Unread);
            entry.head = head;
            cache.policy.add(u64::from(is_first), 0);
            tree.files.version += u64::from(is_new);
            let version = tree.files.version;
            if let Some(entry) = tree.files.get(*slot).filter(|_| is_first) {
                lookup.add_first(*slot, entry, version);
            }
        }
        outcome
    }

    /// Reads every head that was not read.
    pub(crate) fn read_all_heads(&self) -> Outcome {
        let one_at_a_time = self.heads.lock();
        let mut outcome = Outcome::default();
        let mut tried = HashSet::new();
        loop {
            let is_wanted =
                |slot: Slot, entry: &Entry| entry.needs_head() && !tried.contains(&slot);
            let wanted = wanted_heads(&self.lock(), MAX_HEADS, is_wanted);
            if wanted.is_empty() {
                break;
            }
            tried.extend(wanted.iter().map(|one| one.slot));
            outcome.add(self.read_heads(&wanted));
        }
        drop(one_at_a_time);
        outcome
    }

    /// Reads when the last records of some rollouts were written, of those of which that is not known.
    pub(crate) fn read_last_records(&self, slots: &[Slot]) {
        let wanted: Vec<Wanted> = {
            let state = self.lock();
            let unread = |&slot: &Slot| {
                let entry = state.catalog.entry(slot)?;
                (entry.last_record == LastRecord::Unread).then(|| Wanted::of(&state, slot, entry))
            };
            slots.iter().filter_map(unread).collect()
        };
        let read =
            |(): &mut (), Wanted { file, .. }: &Wanted| last_record_ms(&file.path, file.compressed);
        if wanted.is_empty() {
            return;
        }
        let results = parallel::map(&wanted, || (), read);
        let mut state = self.lock();
        let files = &mut state.catalog.tree.files;
        files.changes += 1;
        for (Wanted { slot, born, stamp, .. }, result) in wanted.iter().zip(results) {
            // What cannot be read now has the file's time.
            let Some(Ok(ms)) = result else { continue };
            let same = |entry: &&mut Entry| entry.born == *born && entry.stamp == *stamp;
            if let Some(entry) = files.get_mut(*slot).filter(same) {
                entry.last_record = LastRecord::Read(ms);
            }
        }
    }

    /// Looks at the home and reads every head that was not read.
    pub(crate) fn heads_as_of(&self, asked: Instant) -> Result<Outcome> {
        let mut asked = asked;
        let mut outcome = Outcome::default();
        for _ in 0..MAX_REFRESHES {
            let mut state = self.refresh(asked)?;
            let is_complete = state.knows_all_heads();
            drop(state);
            outcome = if is_complete { Outcome::default() } else { self.read_all_heads() };
            if !outcome.gone {
                break;
            }
            asked = Instant::now();
        }
        self.lock().update_lookup();
        Ok(outcome)
    }
}

/// Rollouts whose heads have to be read, the newest and at most so many.
pub(crate) fn wanted_heads(
    state: &State,
    most: usize,
    is_wanted: impl Fn(Slot, &Entry) -> bool,
) -> Vec<Wanted> {
    if most == 0 {
        return Vec::new();
    }
    let wanted = state.catalog.rollouts().filter(|(slot, entry)| is_wanted(*slot, entry));
    let mut wanted: Vec<(Slot, &Entry)> = wanted.collect();
    wanted.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(entry.stamp.modified));
    wanted.truncate(most);
    let wanted = wanted.into_iter().map(|(slot, entry)| Wanted::of(state, slot, entry));
    wanted.collect()
}
