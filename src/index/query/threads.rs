//! The threads of a home by their heads alone: who they are and where they work, without what they were billed.

use std::sync::MutexGuard;
use std::time::Instant;

use crate::error::Result;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::home::heads::Outcome;
use crate::index::home::{HomeStore, MAX_REFRESHES};
use crate::index::reading::heads::Head;
use crate::index::reading::heads::ThreadHead;
use crate::index::state::State;
use crate::rollout::file::{Skipped, newest_first};

/// The heads of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ThreadHeads {
    /// One a rollout, newest first.
    pub heads: Vec<ThreadHead>,
    /// The files that could not be read, or are no rollouts, by path.
    pub skipped: Vec<Skipped>,
}

/// The head of every rollout.
///
/// # Errors
///
/// When the home cannot be read.
pub fn threads(store: &HomeStore) -> Result<ThreadHeads> {
    let (mut state, outcome) = with_heads(store)?;
    let heads = state.catalog.rollouts().filter_map(|(slot, entry)| {
        Some((slot, entry.thread_head(state.catalog.tree.path_of(entry))?))
    });
    let heads: Vec<(Slot, ThreadHead)> = heads.collect();
    let skipped = skipped(&mut state, outcome);
    drop(state);
    let mut heads = dated(store, heads);
    heads.sort_unstable_by(|a, b| newest_first(&a.file, &b.file));
    Ok(ThreadHeads { heads, skipped })
}

/// The state when every head was read, and the heads that could not be.
pub(crate) fn with_heads(store: &HomeStore) -> Result<(MutexGuard<'_, State>, Outcome)> {
    let mut outcome = store.heads_as_of(Instant::now())?;
    let mut state = store.lock();
    for _ in 1..MAX_REFRESHES {
        if !has_unread_head(&mut state, &outcome) {
            break;
        }
        drop(state);
        outcome = store.heads_as_of(Instant::now())?;
        state = store.lock();
    }
    Ok((state, outcome))
}

/// Threads with the times of their last records. One whose rollout goes meanwhile keeps the file's.
pub(crate) fn dated(store: &HomeStore, heads: Vec<(Slot, ThreadHead)>) -> Vec<ThreadHead> {
    all_dated(store, vec![heads]).into_iter().flatten().collect()
}

/// Does this with the threads of many questions at once.
pub(crate) fn all_dated(
    store: &HomeStore,
    questions: Vec<Vec<(Slot, ThreadHead)>>,
) -> Vec<Vec<ThreadHead>> {
    let slots: Vec<Slot> = questions.iter().flatten().map(|(slot, _)| *slot).collect();
    store.read_last_records(&slots);
    let state = store.lock();
    let date = |(slot, mut head): (Slot, ThreadHead)| {
        let entry = state.catalog.entry(slot).filter(|entry| entry.stem() == head.file.stem);
        head.file.last_record_ms = entry.and_then(|entry| entry.last_record.ms());
        head
    };
    questions.into_iter().map(|heads| heads.into_iter().map(date).collect()).collect()
}

/// Tells whether a head was not read, though nothing failed: another caller has found the rollout meanwhile, or has
/// seen that it changed.
pub(crate) fn has_unread_head(state: &mut State, outcome: &Outcome) -> bool {
    if state.knows_all_heads() {
        return false;
    }
    let has_failed = |entry: &Entry| {
        let path = state.catalog.tree.path_of(entry).join(&*entry.name);
        outcome.failed.iter().any(|failed| failed.path == path)
    };
    let mut unread = state.catalog.rollouts().filter(|(_, entry)| entry.needs_head());
    unread.any(|(_, entry)| !has_failed(entry))
}

/// The files that were skipped, by path: rollouts without a head, and files that are no rollouts.
pub(crate) fn skipped(state: &mut State, outcome: Outcome) -> Vec<Skipped> {
    state.update_lookup();
    let mut skipped = state.catalog.tree.skipped();
    for &slot in &state.lookup.without_meta {
        let Some(entry) = state.catalog.entry(slot) else { continue };
        let Head::Missing(reason) = &entry.head else { continue };
        let path = state.catalog.tree.path_of(entry).join(&*entry.name);
        skipped.push(Skipped { path, reason: reason.to_string() });
    }
    skipped.extend(outcome.failed);
    skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    skipped
}
