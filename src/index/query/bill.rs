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
    let skipped = bill_in_parts(store, watch, &|_| true, |part| {
        threads.extend(part);
        Ok(())
    })?;
    Ok(Bill { threads, skipped })
}

/// Tells from the beginning of a summary whether its thread may matter to a question. A thread that others matter to is
/// handed over all the same.
pub type MayMatter<'a> = dyn Fn(&SummaryPrefix) -> bool + 'a;

/// Makes a bill part by part, so that ten thousand threads are never in memory at once. `take` is given some of those
/// that may matter, newest first. Gives what could not be read, or counts already.
///
/// # Errors
///
/// Those of [`bill`], and those of `take`.
pub fn bill_in_parts(
    store: &HomeStore,
    watch: &Watch,
    may_matter: &MayMatter<'_>,
    take: impl FnMut(Vec<Thread>) -> Result<()>,
) -> Result<Vec<Skipped>> {
    look(store, watch, None, may_matter)?.hand_over(store, watch, take)
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
    take_listed: &TakeListed<'_>,
    take: impl FnMut(Vec<Thread>) -> Result<()>,
) -> Result<Vec<Skipped>> {
    look(store, watch, Some(take_listed), &|_| true)?.hand_over(store, watch, take)
}

/// Hands over the id of every thread that tells of the account's limits, and the
/// [`LimitReadings`](crate::ledger::limit_readings::LimitReadings) of its records, encoded; newest first.
///
/// # Errors
///
/// Those of [`bill`].
pub fn limits_of_threads(
    store: &HomeStore,
    watch: &Watch,
    mut take: impl FnMut(&str, &[u8]),
) -> Result<()> {
    let Together { newest, mut families, .. } = look(store, watch, None, &|_| true)?;
    for snapshot in newest {
        let Some((prefix, limits)) = snapshot.summary.limits() else { continue };
        let id = prefix.thread_id.as_deref().unwrap_or_else(|| snapshot.file.stem());
        match families.get_mut(id) {
            Some(family) => {
                if let Some(thread) = family.take().filter(|thread| !thread.limits.is_empty()) {
                    take(id, &thread.limits);
                }
            }
            None if !limits.is_empty() => take(id, &limits),
            None => {}
        }
    }
    Ok(())
}

/// Brings a home up to date, and reads what was not read of every rollout.
fn look(
    store: &HomeStore,
    watch: &Watch,
    take_listed: Option<&TakeListed<'_>>,
    may_matter: &MayMatter<'_>,
) -> Result<Together> {
    let mut asked = Instant::now();
    for left in (0..MAX_REFRESHES).rev() {
        if watch.is_cancelled() {
            return Err(cancelled(store));
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
            return Err(cancelled(store));
        }
        if left == 0 || !failures.values().any(Error::is_not_found) {
            let mut state = store.lock();
            if left > 0 && unread(&state, &failures).next().is_some() {
                asked = Instant::now();
                continue;
            }
            match settle(&state, &failures, may_matter) {
                // Whoever takes them may be slow, and others ask meanwhile.
                Ok(together) => return Ok(together),
                Err(lost) => state.forget(&lost),
            }
        }
        asked = Instant::now();
    }
    Err(cancelled(store))
}

fn cancelled(store: &HomeStore) -> Error {
    Error::cancelled("read Codex home", store.home().path())
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
fn settle(
    state: &State,
    failures: &Failures,
    may_matter: &MayMatter<'_>,
) -> std::result::Result<Together, Vec<Slot>> {
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
    let newest = newest_cached(state, &slots);
    let prefixes: Vec<Option<SummaryPrefix>> =
        newest.iter().map(|(_, _, cached)| cached.summary.prefix()).collect();
    let known = || {
        let known = newest.iter().zip(&prefixes);
        known.filter_map(|(rollout, prefix)| Some((rollout, prefix.as_ref()?)))
    };
    let mut by_thread: HashMap<&str, (Slot, Vec<Slot>)> = HashMap::with_capacity(newest.len());
    let mut together: HashSet<Slot> = HashSet::new();
    for (&(slot, entry, _), prefix) in known() {
        if prefix.is_empty || prefix.inherits {
            together.insert(slot);
        }
        by_thread
            .entry(id_of(entry, prefix))
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
        together.extend(more.iter().filter_map(|id| by_thread.get(&**id)).flat_map(of_thread));
        asked.extend(more);
    };
    if !joined.lost().is_empty() {
        return Err(joined.lost().to_vec());
    }
    let Threads { threads, skipped: copies } = joined.threads();
    skipped.extend(copies);
    let families: Families =
        threads.into_iter().map(|thread| (thread.thread_id.clone(), Some(thread))).collect();
    let mut directories = HashMap::new();
    let mut snapshot = |entry: &Entry, cached: &CachedLedger| {
        let path = || state.catalog.tree.path_of(entry).to_owned();
        directories.entry(entry.directory).or_insert_with(path);
        Snapshot::of(entry, cached)
    };
    let newest = known().filter_map(|(&(_, entry, cached), prefix)| {
        let matters = may_matter(prefix) || families.contains_key(id_of(entry, prefix));
        matters.then(|| snapshot(entry, cached))
    });
    let newest = newest.collect();
    Ok(Together { newest, directories, families, skipped })
}

fn id_of<'a>(entry: &'a Entry, prefix: &'a SummaryPrefix) -> &'a str {
    prefix.thread_id.as_deref().unwrap_or_else(|| entry.stem())
}

impl Together {
    /// Hands every thread over, newest first; gives what was skipped.
    fn hand_over(
        self,
        store: &HomeStore,
        watch: &Watch,
        mut take: impl FnMut(Vec<Thread>) -> Result<()>,
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
                    break;
                }
            }
        }
        take(part)?;
        if watch.is_cancelled() { Err(cancelled(store)) } else { Ok(skipped) }
    }
}
