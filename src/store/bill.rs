//! Every thread of a home, and what it was billed.

use std::time::Instant;

use crate::error::{Error, Result};
use crate::rollout::discover::Skipped;
use crate::store::entry::{Entry, Slot};
use crate::store::home::{Failures, HomeStore};
use crate::store::kept::Known;
use crate::store::list_threads::MAX_LOOKS;
use crate::store::state::State;
use crate::store::watch::Watch;
use crate::usage::tree::{Thread, Threads};

/// What is said of a rollout that moves faster than it can be followed.
const RESTLESS: &str = "moved again and again while it was looked for";

/// Every thread of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Each once, newest first.
    pub threads: Vec<Thread>,
    /// What could not be read, or counts already.
    pub skipped: Vec<Skipped>,
}

impl HomeStore {
    /// Reads what was not read of every rollout, and says what every thread was billed.
    ///
    /// # Errors
    ///
    /// When the home cannot be read, or the caller cancelled it.
    pub fn bill(&self, watch: &Watch) -> Result<Bill> {
        let cancelled = || Error::cancelled("read Codex home", self.home().path());
        let mut asked = Instant::now();
        for left in (0..MAX_LOOKS).rev() {
            if watch.is_cancelled() {
                return Err(cancelled());
            }
            let state = self.look(asked)?;
            let wanted = state.unfolded();
            let bytes = wanted.iter().map(|&slot| state.unread_bytes(slot)).sum();
            drop(state);
            watch.add_work(wanted.len() as u64, bytes);
            let folded = self.fold(&wanted, watch);
            // What was read before it was cancelled needs not be read again.
            self.save_if_worth_it();
            let failures = folded?;
            if watch.is_cancelled() {
                return Err(cancelled());
            }
            if left == 0 || !failures.values().any(Error::is_not_found) {
                let mut state = self.lock();
                match state.bill(&failures) {
                    Ok(bill) if !watch.is_cancelled() => return Ok(bill),
                    Ok(_) => return Err(cancelled()),
                    Err(lost) => state.forget(&lost),
                }
            }
            asked = Instant::now();
        }
        Err(cancelled())
    }
}

impl State {
    /// The rollouts that have to be read, newest first.
    fn unfolded(&self) -> Vec<Slot> {
        let unfolded = self.rollouts().filter(|(_, entry)| entry.is_unfolded());
        let mut unfolded: Vec<(Slot, &Entry)> = unfolded.collect();
        unfolded.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(entry.seen.modified));
        unfolded.into_iter().map(|(slot, _)| slot).collect()
    }

    /// How many bytes of a rollout are to be read, if it has only grown.
    pub(super) fn unread_bytes(&self, slot: Slot) -> u64 {
        let Some(entry) = self.listing.files.get(slot) else { return 0 };
        match &entry.fold {
            Known::Folded(kept) if entry.seen.may_have_grown_from(&kept.stop.of) => {
                entry.seen.size - kept.stop.offset
            }
            _ => entry.seen.size,
        }
    }

    /// The bill, or the rollouts that have to be read anew for it.
    fn bill(&self, failures: &Failures) -> std::result::Result<Bill, Vec<Slot>> {
        let slots: Vec<Slot> = self.rollouts().map(|(slot, _)| slot).collect();
        let mut skipped = self.left_out(&slots, failures);
        for error in failures.values().filter(|error| error.is_not_found()) {
            skipped.push(Skipped { path: error.path().to_owned(), reason: RESTLESS.to_owned() });
        }
        skipped.extend(self.listing.skipped());
        skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let gathered = self.gather(&slots, |_| false);
        let asked = gathered.asked_for();
        let gathered = if asked.is_empty() {
            gathered
        } else {
            // All who are asked are here; their folds are needed too, and those of whom they ask.
            let mut asked = asked;
            loop {
                let gathered = self.gather(&slots, |id| asked.contains(id));
                let more = gathered.asked_for();
                if more.is_subset(&asked) {
                    break gathered;
                }
                asked.extend(more);
            }
        };
        if !gathered.lost().is_empty() {
            return Err(gathered.lost().to_vec());
        }
        let Threads { threads, skipped: copies } = gathered.threads();
        skipped.extend(copies);
        Ok(Bill { threads, skipped })
    }
}
