//! Rollouts without a `session_meta` at their beginning: only their records tell which thread they are of.

use std::collections::HashMap;

use crate::error::Result;
use crate::index::catalog::entry::Slot;
use crate::index::home::HomeStore;
use crate::index::reading::cached::Cached;
use crate::index::reading::progress::Watch;
use crate::index::state::State;
use crate::ledger::summary::Summary;
use crate::ledger::threads::ThreadKind;

/// The rollouts of a home that begin without a `session_meta` and have records.
#[derive(Debug, Default)]
pub(crate) struct WithoutMeta {
    by_thread: HashMap<String, Vec<Slot>>,
    subagents: Vec<String>,
}

/// Reads those that were not read.
pub(crate) fn read_without_meta(store: &HomeStore) -> Result<WithoutMeta> {
    let slots = store.lock().lookup.without_meta.clone();
    if slots.is_empty() {
        return Ok(WithoutMeta::default());
    }
    store.fold(&slots, &Watch::default())?;
    let mut without_meta = WithoutMeta::default();
    let state = store.lock();
    for slot in slots {
        let Some(summary) = summary(&state, slot).filter(|summary| !summary.is_empty) else {
            continue;
        };
        without_meta.add(slot, summary, &state);
    }
    Ok(without_meta)
}

impl WithoutMeta {
    fn add(&mut self, slot: Slot, summary: Summary, state: &State) {
        let stem = || state.catalog.entry(slot).map(|entry| entry.stem().to_owned());
        let Some(thread_id) = summary.thread_id.or_else(stem) else { return };
        if summary.kind == ThreadKind::Subagent {
            self.subagents.push(thread_id.clone());
        }
        self.by_thread.entry(thread_id).or_default().push(slot);
    }

    /// All of them.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.by_thread.values().flatten().copied()
    }

    /// Those of a thread.
    pub(crate) fn of_thread(&self, thread_id: &str) -> &[Slot] {
        self.by_thread.get(thread_id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The threads among them that another has spawned.
    pub(crate) fn subagents(&self) -> impl Iterator<Item = &str> {
        self.subagents.iter().map(String::as_str)
    }
}

/// The sums of a rollout, if it was read.
fn summary(state: &State, slot: Slot) -> Option<Summary> {
    let Cached::Folded(cached) = &state.catalog.entry(slot)?.fold else { return None };
    cached.summary.get()
}
