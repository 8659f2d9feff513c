//! The ledgers of a home that are at work: those that are being appended to, and those that somebody reads right now.

use std::collections::HashSet;

use crate::index::catalog::entry::Slot;
use crate::index::lru::Lru;
use crate::ledger::fold::Fold;

/// The number of folds that are kept ready: more sessions than an orchestrator runs at once. A fold of a rollout with
/// ten thousand responses takes a megabyte, encoded a tenth of it.
const MAX_LIVE: usize = 64;

/// The folds that are being appended to, ready to go on, by the slot and the birth of their entries; all others are
/// kept encoded.
pub type LiveFolds = Lru<(Slot, u64), Box<Fold>>;

/// The ledgers of a home that are at work.
#[derive(Debug)]
pub struct Ledgers {
    /// The folds that are being appended to.
    pub live: LiveFolds,
    /// The rollouts that somebody is reading right now.
    busy: HashSet<Slot>,
    /// The number of callers that wait for what somebody else is reading.
    waiting: usize,
}

impl Default for Ledgers {
    fn default() -> Self {
        Self { live: Lru::new(MAX_LIVE), busy: HashSet::new(), waiting: 0 }
    }
}

impl Ledgers {
    /// Claims a rollout; `false` when somebody is reading it.
    pub(crate) fn claim(&mut self, slot: Slot) -> bool {
        self.busy.insert(slot)
    }

    /// Gives a rollout back, and tells whether anybody waits for one.
    pub(crate) fn release(&mut self, slot: Slot) -> bool {
        self.busy.remove(&slot);
        self.waiting > 0
    }

    /// Counts a caller that begins to wait.
    pub(crate) fn begin_to_wait(&mut self) {
        self.waiting += 1;
    }

    /// Counts a caller that does not wait any more.
    pub(crate) fn stop_waiting(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }
}
