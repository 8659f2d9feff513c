//! The folds that are being appended to, ready to go on. All others are kept packed.

use std::collections::HashMap;

use crate::index::catalog::entry::Slot;
use crate::ledger::fold::Fold;

/// How many folds are kept ready: more sessions than an orchestrator runs at once. A fold of a rollout with ten thousand
/// responses takes a megabyte, packed a tenth of it.
const MAX_LIVE: usize = 64;

/// Folds by the slots of their rollouts.
#[derive(Debug, Default)]
pub struct Live {
    folds: HashMap<Slot, Ready>,
    clock: u64,
}

#[derive(Debug)]
struct Ready {
    born: u64,
    used: u64,
    fold: Box<Fold>,
}

impl Live {
    /// The fold of a rollout.
    #[must_use]
    pub fn get(&self, slot: Slot, born: u64) -> Option<&Fold> {
        self.folds.get(&slot).filter(|ready| ready.born == born).map(|ready| &*ready.fold)
    }

    /// Takes the fold of a rollout out.
    pub fn take(&mut self, slot: Slot, born: u64) -> Option<Box<Fold>> {
        self.folds.remove(&slot).filter(|ready| ready.born == born).map(|ready| ready.fold)
    }

    /// Puts a fold in; gives the one that was not used for longest when there are too many.
    pub fn put(
        &mut self,
        slot: Slot,
        born: u64,
        fold: Box<Fold>,
    ) -> Option<(Slot, u64, Box<Fold>)> {
        self.clock += 1;
        self.folds.insert(slot, Ready { born, used: self.clock, fold });
        if self.folds.len() <= MAX_LIVE {
            return None;
        }
        let (&oldest, _) = self.folds.iter().min_by_key(|(_, ready)| ready.used)?;
        let ready = self.folds.remove(&oldest)?;
        Some((oldest, ready.born, ready.fold))
    }
}
