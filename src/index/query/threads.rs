//! The threads of a home by their heads alone: who they are and where they work, without what they were billed.

use std::time::Instant;

use crate::error::Result;
use crate::index::catalog::discover::{Skipped, newest_first};
use crate::index::catalog::entry::{Entry, Head};
use crate::index::home::HomeStore;
use crate::index::reading::heads::{Outcome, ThreadHead};
use crate::index::state::State;

/// How often a home is looked at for rollouts that move while they are read.
pub(crate) const MAX_LOOKS: usize = 8;

/// The heads of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ThreadHeads {
    /// One a rollout, newest first.
    pub heads: Vec<ThreadHead>,
    /// What could not be read, or is no rollout, by path.
    pub skipped: Vec<Skipped>,
}

impl HomeStore {
    /// The head of every rollout.
    ///
    /// # Errors
    ///
    /// When the home cannot be read.
    pub fn threads(&self) -> Result<ThreadHeads> {
        let mut outcome = self.heads_as_of(Instant::now())?;
        let mut state = self.lock();
        for _ in 1..MAX_LOOKS {
            if !state.has_unread_head(&outcome) {
                break;
            }
            drop(state);
            outcome = self.heads_as_of(Instant::now())?;
            state = self.lock();
        }
        let heads = state
            .rollouts()
            .filter_map(|(_, entry)| ThreadHead::of(entry, state.listing.path_of(entry)));
        let mut heads: Vec<ThreadHead> = heads.collect();
        heads.sort_unstable_by(|a, b| newest_first(&a.file, &b.file));
        Ok(ThreadHeads { heads, skipped: state.skipped(outcome) })
    }

    /// Looks at the home and reads every head that was not read.
    pub(crate) fn heads_as_of(&self, asked: Instant) -> Result<Outcome> {
        let mut asked = asked;
        let mut outcome = Outcome::default();
        for _ in 0..MAX_LOOKS {
            let mut state = self.look(asked)?;
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

impl State {
    /// Whether there is no head that has to be read.
    pub(crate) fn knows_all_heads(&mut self) -> bool {
        if self.heads_known != Some(self.listing.files.changes) {
            let is_complete = !self.rollouts().any(|(_, entry)| entry.needs_whole_head());
            self.heads_known = is_complete.then_some(self.listing.files.changes);
        }
        self.heads_known.is_some()
    }

    /// Whether a head was not read, though nothing failed: another caller's look has found the rollout meanwhile.
    pub(crate) fn has_unread_head(&mut self, outcome: &Outcome) -> bool {
        if self.knows_all_heads() {
            return false;
        }
        let has_failed = |entry: &Entry| {
            let path = self.listing.path_of(entry).join(&*entry.name);
            outcome.failed.iter().any(|failed| failed.path == path)
        };
        let mut unread = self.rollouts().filter(|(_, entry)| entry.head == Head::Unread);
        unread.any(|(_, entry)| !has_failed(entry))
    }

    /// Brings the lookup up to date.
    pub(crate) fn update_lookup(&mut self) {
        self.lookup.update(&self.listing.files);
    }

    /// What of the home was passed over, by path: rollouts without a head, and what is none.
    pub(crate) fn skipped(&mut self, outcome: Outcome) -> Vec<Skipped> {
        self.update_lookup();
        let mut skipped = self.listing.skipped();
        for &slot in &self.lookup.headless {
            let Some(entry) = self.listing.files.get(slot) else { continue };
            let Head::Missing(reason) = &entry.head else { continue };
            let path = self.listing.path_of(entry).join(&*entry.name);
            skipped.push(Skipped { path, reason: reason.to_string() });
        }
        skipped.extend(outcome.failed);
        skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        skipped
    }
}
