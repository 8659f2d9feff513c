//! Reads rollouts to their ends, each by one caller at a time: the others wait for it.

use std::sync::Arc;
use std::time::Duration;

use crate::codec::encode;
use crate::error::{Error, Result};
use crate::fs::file_stamp::Timestamp;
use crate::fs::parallel;
use crate::index::catalog::entry::{LastRecord, Slot};
use crate::index::home::{Failures, HomeStore, TakeListed};
use crate::index::reading::cached::{
    Broken, Cached, CachedLedger, CachedSummary, LedgerState, PriorLedger,
};
use crate::index::reading::ledger::{Checkpoint, Folded, fold_responses, refold};
use crate::index::reading::progress::Watch;
use crate::ledger::summary::Summary;
use crate::rollout::file::RolloutFile;

/// The interval at which a caller that waits for another one's reading checks whether it was cancelled.
const PATIENCE: Duration = Duration::from_millis(50);

/// A rollout that is to be folded.
struct Job {
    born: u64,
    file: RolloutFile,
    before: Option<(Checkpoint, PriorLedger)>,
}

impl HomeStore {
    /// Folds rollouts as far as that was not done; gives why it could not be for some.
    ///
    /// # Errors
    ///
    /// When the caller cancelled it.
    pub(crate) fn fold(&self, slots: &[Slot], watch: &Watch) -> Result<Failures> {
        self.fold_listing(slots, watch, None)
    }

    /// Folds rollouts, and hands the responses of those over that are read from their beginnings.
    pub(crate) fn fold_listing(
        &self,
        slots: &[Slot],
        watch: &Watch,
        take: Option<&TakeListed<'_>>,
    ) -> Result<Failures> {
        let fold_one =
            |buffer: &mut Vec<u8>, &slot: &Slot| self.fold_one(slot, buffer, watch, take);
        let results = parallel::map(slots, Vec::new, fold_one);
        let mut failures = Failures::new();
        for (&slot, result) in slots.iter().zip(results) {
            match result {
                Some(Ok(())) => {}
                Some(Err(error)) if error.is_cancelled() => {
                    return Err(Error::cancelled("read Codex home", self.home.path()));
                }
                Some(Err(error)) => drop(failures.insert(slot, error)),
                None => {
                    let path =
                        self.lock().catalog.file(slot).map(|file| file.path).unwrap_or_default();
                    let reason = "reading it failed unexpectedly";
                    failures.insert(slot, Error::invalid("read rollout", &path, reason));
                }
            }
        }
        Ok(failures)
    }

    fn fold_one(
        &self,
        slot: Slot,
        buffer: &mut Vec<u8>,
        watch: &Watch,
        take: Option<&TakeListed<'_>>,
    ) -> Result<()> {
        let Some(job) = self.claim(slot, watch)? else {
            watch.add_file();
            return Ok(());
        };
        let claim = Claim { store: self, slot };
        let Job { born, file, before } = job;
        let before = before.and_then(|(checkpoint, before)| Some((checkpoint, before.decode()?)));
        let folded = match take {
            Some(take) if before.is_none() => {
                fold_responses(&file, buffer, watch).map(|mut folded| {
                    take(&file, folded.last());
                    folded.fold.stop_listing();
                    folded
                })
            }
            _ => refold(&file, before, buffer, watch),
        };
        watch.add_file();
        let result = match folded {
            Ok(folded) => {
                self.keep(slot, born, folded);
                Ok(())
            }
            Err(error) => {
                self.note_failure(slot, born, &error);
                Err(error)
            }
        };
        drop(claim);
        result
    }

    /// Takes a rollout to read, once nobody else reads it; `None` when there is nothing to do any more.
    fn claim(&self, slot: Slot, watch: &Watch) -> Result<Option<Job>> {
        let mut state = self.lock();
        loop {
            if watch.is_cancelled() {
                return Err(Error::cancelled("read Codex home", self.home.path()));
            }
            let Some(entry) = state.catalog.entry(slot).filter(|entry| entry.is_unfolded()) else {
                return Ok(None);
            };
            let born = entry.born;
            let Some(file) = state.catalog.file(slot) else { return Ok(None) };
            if state.ledgers.claim(slot) {
                let before = state.before(slot);
                return Ok(Some(Job { born, file, before }));
            }
            state.ledgers.begin_to_wait();
            state = match self.read.wait_timeout(state, PATIENCE) {
                Ok((state, _)) => state,
                Err(poisoned) => {
                    // It holds the lock that is asked for next.
                    drop(poisoned);
                    self.lock()
                }
            };
            state.ledgers.stop_waiting();
        }
    }

    /// Puts a fold away.
    fn keep(&self, slot: Slot, born: u64, folded: Folded) {
        let last_record_ms = folded.last().last_record_ms();
        let mut summary = CachedSummary::Ready(Arc::new(Summary::new(folded.last())));
        let provisional = folded.provisional.as_deref().map(|fold| encode(fold).into_boxed_slice());
        // What was appended to once will be again.
        let (state, live) = if folded.start > 0 {
            (LedgerState::Live, Some(folded.fold))
        } else {
            summary.encode();
            (LedgerState::Encoded(encode(&*folded.fold).into_boxed_slice()), None)
        };
        let checkpoint = folded.checkpoint;
        let mut known = self.lock();
        known.cache.policy.add(1, checkpoint.stamp.size - folded.start);
        let Some(entry) = known.catalog.tree.files.get_mut(slot).filter(|entry| entry.born == born)
        else {
            return;
        };
        let is_linked = entry.is_linked;
        let has_changed = entry.update_stamp(checkpoint.stamp, is_linked);
        entry.is_stale = false;
        entry.last_record = LastRecord::Read(last_record_ms);
        entry.fold = Cached::Folded(Box::new(CachedLedger {
            checkpoint,
            last_record_ms,
            summary,
            state,
            provisional,
        }));
        known.catalog.tree.files.changes += 1;
        known.catalog.tree.files.revision += u64::from(has_changed);
        let retired = live.and_then(|fold| known.ledgers.live.put((slot, born), fold));
        if let Some(((slot, born), fold)) = retired
            && let Some(entry) =
                known.catalog.tree.files.get_mut(slot).filter(|entry| entry.born == born)
            && let Cached::Folded(cached) = &mut entry.fold
        {
            cached.state = LedgerState::Encoded(encode(&*fold).into_boxed_slice());
            cached.summary.encode();
        }
    }

    /// A compressed rollout that is damaged stays so until it changes; whatever else fails may succeed the next time.
    pub(super) fn note_failure(&self, slot: Slot, born: u64, error: &Error) {
        if error.is_cancelled() {
            // What was known is as true for others as it was.
            return;
        }
        let is_of_the_file = error.io_error().is_some_and(|error| error.raw_os_error().is_none());
        let mut state = self.lock();
        let Some(entry) = state.catalog.tree.files.get_mut(slot).filter(|entry| entry.born == born)
        else {
            return;
        };
        let stamp = entry.stamp;
        entry.fold = if is_of_the_file && entry.is_compressed() && !stamp.is_racy(Timestamp::now())
        {
            Cached::Broken(Box::new(Broken { stamp, reason: error.reason().into() }))
        } else {
            Cached::Nothing
        };
    }
}

/// The right to read a rollout; given back whatever happens.
struct Claim<'s> {
    store: &'s HomeStore,
    slot: Slot,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut state = self.store.lock();
        // To wake nobody is a call into the kernel all the same.
        if state.ledgers.release(self.slot) {
            self.store.read.notify_all();
        }
    }
}
