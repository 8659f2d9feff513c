//! Joins cached ledgers to threads: a thread may have several rollouts, and may need another thread's records.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::error::Result;
use crate::index::catalog::entry::{Entry, NamedFile, Slot};
use crate::index::home::{Failures, HomeStore};
use crate::index::reading::cached::{Cached, CachedLedger, CachedSummary};
use crate::index::reading::progress::Watch;
use crate::index::state::State;
use crate::ledger::fold::Fold;
use crate::ledger::threads::{Summarized, Threads, assemble};
use crate::rollout::file::Skipped;

/// Some rollouts in a nutshell, newest first.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    slots: Vec<Slot>,
    rollouts: Vec<Summarized>,
    folds: HashMap<Slot, Box<Fold>>,
    /// Those whose fold is needed, and damaged where it was stored: they have to be read anew.
    lost: Vec<Slot>,
    /// Those that were not read, or went.
    missing: Vec<Slot>,
}

/// Joins the cached ledgers of some rollouts. The whole folds are kept of those that another thread's records matter
/// to, and of those `also`.
pub(crate) fn join(state: &State, slots: &[Slot], also: impl Fn(&str) -> bool) -> Joined {
    let newest = newest_cached(state, slots);
    let is_missing = |slot: &Slot| state.catalog.entry(*slot).is_none_or(Entry::is_unread);
    let missing = slots.iter().copied().filter(is_missing).collect();
    let mut joined = Joined { missing, ..Joined::default() };
    joined.rollouts.reserve_exact(newest.len());
    for (slot, entry, cached) in newest {
        let Some(Summarized { file, summary }) = summarized(state, entry, cached) else { continue };
        let thread_id = summary.thread_id.as_deref().unwrap_or(&file.stem);
        if summary.inherits || also(thread_id) {
            match state.last_fold(slot) {
                Some(fold) => drop(joined.folds.insert(slot, fold)),
                None => joined.lost.push(slot),
            }
        }
        joined.slots.push(slot);
        joined.rollouts.push(Summarized { file, summary });
    }
    joined
}

/// Those that were folded, newest first.
pub(crate) fn newest_cached<'s>(
    state: &'s State,
    slots: &[Slot],
) -> Vec<(Slot, &'s Entry, &'s CachedLedger)> {
    let cached = |&slot: &Slot| {
        let (entry, cached) = state.cached(slot)?;
        let modified_ms = cached.checkpoint.stamp.modified.ms();
        let written_ms = cached.last_record_ms.unwrap_or(modified_ms);
        Some(((written_ms, modified_ms), (slot, entry, cached)))
    };
    let mut newest: Vec<_> = slots.iter().filter_map(cached).collect();
    newest.sort_unstable_by(|(a_times, (_, a, _)), (b_times, (_, b, _))| {
        b_times.cmp(a_times).then_with(|| state.catalog.tree.compare_paths(b, a))
    });
    newest.into_iter().map(|(_, rollout)| rollout).collect()
}

/// A rollout in a nutshell, with its file as it was when it was read.
pub(crate) fn summarized(
    state: &State,
    entry: &Entry,
    cached: &CachedLedger,
) -> Option<Summarized> {
    Snapshot::of(entry, cached).summarized(state.catalog.tree.path_of(entry))
}

/// A rollout as it was when it was read, to tell of it while the memory of its home may change.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) file: NamedFile,
    pub(crate) summary: CachedSummary,
}

impl Snapshot {
    pub(crate) fn of(entry: &Entry, cached: &CachedLedger) -> Self {
        let file = entry.as_of(&cached.checkpoint.stamp, cached.last_record_ms);
        Self { file, summary: cached.summary.clone() }
    }

    /// The rollout in a nutshell; its directory has this path.
    pub(crate) fn summarized(&self, directory: &Path) -> Option<Summarized> {
        Some(Summarized { summary: self.summary.get()?, file: self.file.file(directory) })
    }
}

/// The reason why rollouts were left out, by path.
pub(crate) fn left_out(state: &State, slots: &[Slot], failures: &Failures) -> Vec<Skipped> {
    let reason = |slot: Slot| {
        let entry = state.catalog.entry(slot)?;
        let reason = match (&entry.fold, failures.get(&slot)) {
            (_, Some(error)) if error.is_not_found() => return None,
            (_, Some(error)) => error.reason(),
            (Cached::Broken(broken), None) => broken.reason.to_string(),
            (Cached::Nothing | Cached::Folded(_), None) => return None,
        };
        let path = state.catalog.tree.path_of(entry).join(&*entry.name);
        Some(Skipped { path, reason })
    };
    slots.iter().filter_map(|&slot| reason(slot)).collect()
}

impl Joined {
    /// The threads whose records matter to what is here.
    pub(crate) fn asked_for(&self) -> HashSet<String> {
        let depends_on =
            self.folds.values().flat_map(|fold| fold.depends_on().chain(fold.counter_parent()));
        depends_on.map(str::to_owned).collect()
    }

    /// Tells whether a rollout is not here, and not for a failure of this caller's: others look at the home meanwhile,
    /// and find that one has moved.
    pub(crate) fn lacks_some(&self, failures: &Failures) -> bool {
        self.missing.iter().any(|slot| !failures.contains_key(slot))
    }

    /// The rollouts that have to be read anew.
    pub(crate) fn lost(&self) -> &[Slot] {
        &self.lost
    }

    /// The threads.
    pub(crate) fn threads(self) -> Threads {
        let Self { slots, rollouts, folds, lost: _, missing: _ } = self;
        let fold_at =
            |at: usize| slots.get(at).and_then(|slot| folds.get(slot)).map(|fold| &**fold);
        assemble(rollouts, |at, others| {
            fold_at(at).map(|fold| fold.settle(&|id| fold_at(others(id)?))).unwrap_or_default()
        })
    }
}

/// Folds rollouts and joins them with those whose records matter to them. `of_thread` finds the rollouts of a
/// thread.
pub(crate) fn join_with_others(
    store: &HomeStore,
    slots: &[Slot],
    watch: &Watch,
    of_thread: impl Fn(&State, &str) -> Vec<Slot>,
) -> Result<(Joined, Failures)> {
    let mut slots = slots.to_vec();
    let mut failures = Failures::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut fresh = slots.clone();
    loop {
        failures.extend(store.fold(&fresh, watch)?);
        let mut state = store.lock();
        let joined = join(&state, &slots, |id| known.contains(id));
        if !joined.lost.is_empty() {
            state.forget(&joined.lost);
            fresh = joined.lost;
            continue;
        }
        let asked: Vec<String> =
            joined.asked_for().into_iter().filter(|id| !known.contains(id)).collect();
        if asked.is_empty() {
            return Ok((joined, failures));
        }
        fresh = asked.iter().flat_map(|id| of_thread(&state, id)).collect();
        fresh.retain(|slot| !slots.contains(slot));
        slots.extend(&fresh);
        known.extend(asked);
    }
}
