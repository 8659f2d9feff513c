//! Every thread of a home, and what it was billed.

use std::collections::{HashMap, HashSet};
use std::iter;
use std::path::PathBuf;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::home::MAX_REFRESHES;
use crate::index::home::{Failures, HomeStore, TakeListed};
use crate::index::query::join::{Snapshot, join, left_out, newest_cached};
use crate::index::reading::cached::{Cached, CachedLedger};
use crate::index::reading::progress::Watch;
use crate::index::state::State;
use crate::ledger::summary::SummaryPrefix;
use crate::ledger::threads::{Thread, Threads, alone};
use crate::rollout::file::Skipped;

/// The number of threads that are handed over at a time.
const PART: usize = 100;

/// The reason why a rollout is skipped that moves faster than it can be followed.
const RESTLESS: &str = "moved again and again while it was looked for";

/// Every thread of a home.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Each once, newest first.
    pub threads: Vec<Thread>,
    /// The rollouts that could not be read, or count already.
    pub skipped: Vec<Skipped>,
}

/// Reads what was not read of every rollout, and says what every thread was billed.
///
/// # Errors
///
/// When the home cannot be read, or the caller cancelled it.
pub fn bill(store: &HomeStore, watch: &Watch) -> Result<Bill> {
    let mut threads = Vec::new();
    let skipped = bill_in_parts(store, watch, |part| {
        threads.extend(part);
        Ok(())
    })?;
    Ok(Bill { threads, skipped })
}

/// Makes a bill part by part, so that ten thousand threads are never in memory at once. `take` is given some, newest
/// first. Gives what could not be read, or counts already.
///
/// # Errors
///
/// Those of [`bill`], and those of `take`.
pub fn bill_in_parts(
    store: &HomeStore,
    watch: &Watch,
    take: impl FnMut(Vec<Thread>) -> Result<()>,
) -> Result<Vec<Skipped>> {
    bill_listing(store, watch, None, take)
}

/// Makes a bill in parts, and hands over the responses of rollouts that are read from their beginnings: a second
/// reading for them would cost as much as the first. Which of them count, only the threads tell.
///
/// # Errors
///
/// Those of [`bill_in_parts`].
pub fn bill_listing(
    store: &HomeStore,
    watch: &Watch,
    take_listed: Option<&TakeListed<'_>>,
    mut take: impl FnMut(Vec<Thread>) -> Result<()>,
) -> Result<Vec<Skipped>> {
    let cancelled = || Error::cancelled("read Codex home", store.home().path());
    let mut asked = Instant::now();
    for left in (0..MAX_REFRESHES).rev() {
        if watch.is_cancelled() {
            return Err(cancelled());
        }
        let state = store.refresh(asked)?;
        let wanted = unfolded(&state);
        let bytes = wanted.iter().map(|&slot| unread_bytes(&state, slot)).sum();
        drop(state);
        watch.add_work(wanted.len() as u64, bytes);
        let folded = store.fold_listing(&wanted, watch, take_listed);
        // What was read before it was cancelled needs not be read again.
        store.save_if_worth_it();
        let failures = folded?;
        if watch.is_cancelled() {
            return Err(cancelled());
        }
        if left == 0 || !failures.values().any(Error::is_not_found) {
            let mut state = store.lock();
            if left > 0 && unread(&state, &failures).next().is_some() {
                asked = Instant::now();
                continue;
            }
            match settle(&state, &failures) {
                Ok(together) => {
                    // Whoever takes them may be slow, and others ask meanwhile.
                    drop(state);
                    let skipped = together.hand_over(watch, &mut take)?;
                    return if watch.is_cancelled() { Err(cancelled()) } else { Ok(skipped) };
                }
                Err(lost) => state.forget(&lost),
            }
        }
        asked = Instant::now();
    }
    Err(cancelled())
}

/// The threads that have several rollouts, or need others' records, by their ids.
type Families = HashMap<String, Option<Thread>>;

/// The knowledge that only all rollouts of a home together give.
struct Together {
    /// Those that were folded, newest first.
    newest: Vec<Snapshot>,
    /// Where they lie.
    directories: HashMap<usize, PathBuf>,
    families: Families,
    skipped: Vec<Skipped>,
}

/// The rollouts that have to be read, newest first.
fn unfolded(state: &State) -> Vec<Slot> {
    let unfolded = state.catalog.rollouts().filter(|(_, entry)| entry.is_unfolded());
    let mut unfolded: Vec<(Slot, &Entry)> = unfolded.collect();
    unfolded.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(entry.stamp.modified));
    unfolded.into_iter().map(|(slot, _)| slot).collect()
}

/// The rollouts that were not read, though this caller did not fail: another one's refresh has found them meanwhile.
fn unread<'s>(state: &'s State, failures: &'s Failures) -> impl Iterator<Item = (Slot, &'s Entry)> {
    let is_unread =
        |(slot, entry): &(Slot, &Entry)| entry.is_unread() && !failures.contains_key(slot);
    state.catalog.rollouts().filter(is_unread)
}

/// The number of bytes of a rollout that are to be read, if it has only grown.
pub(crate) fn unread_bytes(state: &State, slot: Slot) -> u64 {
    let Some(entry) = state.catalog.entry(slot) else { return 0 };
    match &entry.fold {
        Cached::Folded(cached) if entry.stamp.may_have_grown_from(&cached.checkpoint.stamp) => {
            entry.stamp.size - cached.checkpoint.offset
        }
        _ => entry.stamp.size,
    }
}

/// Lists the rollouts, the threads that are made of more than one's records, and what was skipped; or the
/// rollouts that have to be read anew for it.
fn settle(state: &State, failures: &Failures) -> std::result::Result<Together, Vec<Slot>> {
    let slots: Vec<Slot> = state.catalog.rollouts().map(|(slot, _)| slot).collect();
    let mut skipped = left_out(state, &slots, failures);
    let gone = failures.values().filter(|error| error.is_not_found());
    let gone = gone.map(|error| error.path().to_owned());
    let unread = unread(state, failures);
    let unread = unread.map(|(_, entry)| state.catalog.tree.path_of(entry).join(&*entry.name));
    let restless = |path| Skipped { path, reason: RESTLESS.to_owned() };
    skipped.extend(gone.chain(unread).map(restless));
    skipped.extend(state.catalog.tree.skipped());
    skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));

    // Nearly every thread has one rollout.
    let mut by_thread: HashMap<String, (Slot, Vec<Slot>)> = HashMap::with_capacity(slots.len());
    let mut together: HashSet<Slot> = HashSet::new();
    let newest = newest_cached(state, &slots);
    for &(slot, entry, cached) in &newest {
        let Some(SummaryPrefix { is_empty, inherits, thread_id }) = cached.summary.prefix() else {
            continue;
        };
        let id = thread_id.unwrap_or_else(|| entry.stem().to_owned());
        if is_empty || inherits {
            together.insert(slot);
        }
        by_thread
            .entry(id)
            .and_modify(|(_, more)| more.push(slot))
            .or_insert_with(|| (slot, Vec::new()));
    }
    let of_thread = |(first, more): &(Slot, Vec<Slot>)| iter::once(*first).chain(more.clone());
    let several = by_thread.values().filter(|(_, more)| !more.is_empty());
    together.extend(several.flat_map(of_thread));
    // All who are asked are in the home; their folds are needed too, and those of whom they ask.
    let mut asked: HashSet<String> = HashSet::new();
    let joined = loop {
        let slots: Vec<Slot> = together.iter().copied().collect();
        let joined = join(state, &slots, |id| asked.contains(id));
        let more = joined.asked_for();
        if more.is_subset(&asked) {
            break joined;
        }
        together.extend(more.iter().filter_map(|id| by_thread.get(id)).flat_map(of_thread));
        asked.extend(more);
    };
    if !joined.lost().is_empty() {
        return Err(joined.lost().to_vec());
    }
    let Threads { threads, skipped: copies } = joined.threads();
    skipped.extend(copies);
    let families =
        threads.into_iter().map(|thread| (thread.thread_id.clone(), Some(thread))).collect();
    let mut directories = HashMap::new();
    let snapshot = |(_, entry, cached): (Slot, &Entry, &CachedLedger)| {
        let path = || state.catalog.tree.path_of(entry).to_owned();
        directories.entry(entry.directory).or_insert_with(path);
        Snapshot::of(entry, cached)
    };
    let newest = newest.into_iter().map(snapshot).collect();
    Ok(Together { newest, directories, families, skipped })
}

impl Together {
    /// Hands every thread over, newest first; gives what was skipped.
    fn hand_over(
        self,
        watch: &Watch,
        take: &mut impl FnMut(Vec<Thread>) -> Result<()>,
    ) -> Result<Vec<Skipped>> {
        let Self { newest, directories, mut families, skipped } = self;
        let mut part = Vec::with_capacity(PART);
        for snapshot in newest {
            let directory = directories.get(&snapshot.file.directory);
            let rollout = directory.and_then(|directory| snapshot.summarized(directory));
            let Some(rollout) = rollout.filter(|rollout| !rollout.summary.is_empty) else {
                continue;
            };
            let id = rollout.summary.thread_id.as_deref().unwrap_or(&rollout.file.stem);
            part.extend(match families.get_mut(id) {
                Some(family) => family.take(),
                None => alone(rollout),
            });
            if part.len() >= PART {
                take(std::mem::replace(&mut part, Vec::with_capacity(PART)))?;
                if watch.is_cancelled() {
                    return Ok(skipped);
                }
            }
        }
        take(part)?;
        Ok(skipped)
    }
}
