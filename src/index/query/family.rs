//! A thread with the subagents that it spawned: what the orchestrator calls the cost of a session.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::home::HomeStore;
use crate::index::home::MAX_REFRESHES;
use crate::index::home::heads::Outcome;
use crate::index::query::join::{join_with_others, left_out};
use crate::index::query::threads::{has_unread_head, skipped};
use crate::index::query::without_meta::read_without_meta;
use crate::index::reading::progress::Watch;
use crate::index::state::State;
use crate::ledger::threads::{Thread, ThreadKind, with_descendants};
use crate::rollout::file::Skipped;
use crate::rollout::name::RolloutName;

/// A thread and its subagents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The thread.
    pub thread: Thread,
    /// Those that it spawned, and those that they spawned, newest first.
    pub subagents: Vec<Thread>,
    /// The rollouts that could not be read: a subagent may be among them.
    pub skipped: Vec<Skipped>,
}

/// The outcome of reading a family.
enum Attempt {
    /// A rollout went meanwhile, and where it went has to be looked for.
    Moved,
    /// This.
    Answered(Option<Box<Family>>),
}

/// Reads a thread and its subagents; `None` when the home has no such thread, or is not there yet. Nothing else of
/// the home is read but heads, and the parents that a copy has to be compared with.
///
/// # Errors
///
/// When the home is there and cannot be read, or the thread is not found while something could not be read that may
/// hold it.
pub fn family(store: &HomeStore, thread_id: &str) -> Result<Option<Family>> {
    family_since(store, thread_id, Instant::now())
}

/// Reads a family after a refresh that is not older than `asked`.
fn family_since(store: &HomeStore, thread_id: &str, mut asked: Instant) -> Result<Option<Family>> {
    for left in (0..MAX_REFRESHES).rev() {
        let outcome = match store.heads_as_of(asked) {
            Err(error) if error.is_not_found() => return Ok(None),
            outcome => outcome?,
        };
        if let Attempt::Answered(family) = family_once(store, thread_id, outcome, left == 0)? {
            return Ok(family.map(|family| *family));
        }
        asked = Instant::now();
    }
    Ok(None)
}

/// Reads the families of many threads, in their order, with one refresh. One whose own rollout cannot be read is
/// `None`: it must not lose the others.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn families(store: &HomeStore, thread_ids: &[String]) -> Result<Vec<Option<Family>>> {
    if thread_ids.is_empty() {
        return Ok(Vec::new());
    }
    let asked = Instant::now();
    match store.heads_as_of(asked) {
        Err(error) if error.is_not_found() => return Ok(vec![None; thread_ids.len()]),
        outcome => drop(outcome?),
    }
    let family = |thread_id: &String| family_since(store, thread_id, asked).unwrap_or(None);
    Ok(thread_ids.iter().map(family).collect())
}

/// One attempt at it.
fn family_once(
    store: &HomeStore,
    thread_id: &str,
    outcome: Outcome,
    is_last: bool,
) -> Result<Attempt> {
    let without_meta = read_without_meta(store)?;
    let mut state = store.lock();
    if !is_last && has_unread_head(&mut state, &outcome) {
        return Ok(Attempt::Moved);
    }
    state.update_lookup();
    let version = state.catalog.tree.files.version;
    let begun = std::iter::once(thread_id).chain(without_meta.subagents());
    let relatives = state.lookup.families(&state.catalog.tree.files, begun);
    let own = without_head(&state, thread_id);
    let mut skipped = skipped(&mut state, outcome);
    // Of a rollout without a head its records tell more, or the reason why they cannot be read.
    let told: HashSet<PathBuf> = paths(&state, without_meta.slots().chain(own.iter().copied()));
    skipped.retain(|one| !told.contains(&one.path));
    let of_thread =
        |state: &State, id: &str| [state.lookup.of_thread(id), without_meta.of_thread(id)].concat();
    let mut slots: Vec<Slot> = relatives.iter().flat_map(|id| of_thread(&state, id)).collect();
    slots.extend(own);
    drop(state);
    slots.sort_unstable();
    slots.dedup();

    let (joined, failures) = join_with_others(store, &slots, &Watch::default(), of_thread)?;
    let has_moved = failures.values().any(Error::is_not_found) || joined.lacks_some(&failures);
    if has_moved && !is_last {
        return Ok(Attempt::Moved);
    }
    store.save_if_worth_it();
    let left_out = left_out(&store.lock(), &slots, &failures);
    let Some((thread, subagents)) = family_of(thread_id, joined.threads().threads) else {
        if !is_last && store.lock().catalog.tree.files.version != version {
            return Ok(Attempt::Moved);
        }
        let hiding = left_out.into_iter().chain(skipped).find(|one| may_hide(one, thread_id));
        return hiding.map_or(Ok(Attempt::Answered(None)), |Skipped { path, reason }| {
            Err(Error::io("read", &path, io::Error::other(reason)))
        });
    };
    skipped.extend(left_out);
    let family = Family { thread, subagents, skipped };
    Ok(Attempt::Answered(Some(Box::new(family))))
}

/// A thread among others, and those that it spawned. A loop among parents ends where it began.
fn family_of(thread_id: &str, threads: Vec<Thread>) -> Option<(Thread, Vec<Thread>)> {
    let mut spawned: HashMap<&str, Vec<&str>> = HashMap::new();
    for thread in threads.iter().filter(|thread| thread.kind == ThreadKind::Subagent) {
        let Some(parent) = thread.parent_thread_id.as_deref() else { continue };
        spawned.entry(parent).or_default().push(&thread.thread_id);
    }
    let spawned_by = |id: &&str| spawned.get(*id).into_iter().flatten().copied();
    let family: HashSet<String> =
        with_descendants([thread_id], spawned_by).into_iter().map(str::to_owned).collect();
    let (mut own, subagents): (Vec<Thread>, Vec<Thread>) = threads
        .into_iter()
        .filter(|thread| family.contains(&thread.thread_id))
        .partition(|thread| thread.thread_id == thread_id);
    Some((own.pop()?, subagents))
}

/// The paths of some rollouts.
fn paths(state: &State, slots: impl Iterator<Item = Slot>) -> HashSet<PathBuf> {
    slots.filter_map(|slot| state.catalog.file(slot)).map(|file| file.path).collect()
}

/// The rollouts without a head that are a thread's by their names.
fn without_head(state: &State, thread_id: &str) -> Vec<Slot> {
    let is_own =
        |entry: &Entry| RolloutName::parse_stem(entry.stem()).unwrap_or(entry.stem()) == thread_id;
    let without_meta = state.lookup.without_meta.iter().copied();
    without_meta.filter(|&slot| state.catalog.entry(slot).is_some_and(is_own)).collect()
}

/// Tells whether what was skipped is a rollout of the thread, or a directory that may hold one.
fn may_hide(skipped: &Skipped, thread_id: &str) -> bool {
    let name = skipped.path.file_name().and_then(|name| name.to_str());
    name.and_then(RolloutName::parse).is_none_or(|name| name.thread_id == Some(thread_id))
}
