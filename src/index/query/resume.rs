//! The rollout that a session in a workspace resumes: of the threads that began there the one with the newest record,
//! as `codex resume --last` chooses. Threads in which a person talks come before those of `codex exec` and MCP clients,
//! and never one that Codex began for itself, whose rollout has the same directory and may be newer.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};

use crate::error::{Error, Result};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::home::{HomeStore, MAX_REFRESHES};
use crate::index::lru::locked;
use crate::index::query::threads::{all_dated, with_heads};
use crate::index::reading::heads::{Head, ThreadHead};
use crate::index::state::State;
use crate::ledger::threads::ThreadKind;
use crate::rollout::file::newest_first;
use crate::rollout::name::RolloutName;
use crate::rollout::record::session_meta::Origin;

/// Finds threads that can be resumed by their ids, in their order; of several rollouts of one the one with the newest
/// record. A home that is not there yet has none.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find_threads(store: &HomeStore, thread_ids: &[&str]) -> Result<Vec<Option<ThreadHead>>> {
    if thread_ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut state = match readable(store) {
        Ok(state) => state,
        Err(error) if error.is_not_found() => return Ok(vec![None; thread_ids.len()]),
        Err(error) => return Err(error),
    };
    state.update_lookup();
    let candidates = thread_ids.iter().map(|thread_id| {
        let slots = state.lookup.of_thread(thread_id).iter();
        slots.filter_map(|&slot| resumable(&state, slot)).collect()
    });
    let candidates: Vec<Vec<(Slot, ThreadHead)>> = candidates.collect();
    drop(state);
    store.save_if_worth_it();
    Ok(all_dated(store, candidates).into_iter().map(best_of).collect())
}

/// Finds the rollouts of some workspaces, in their order. A home that is not there yet has none.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find<P: AsRef<Path>>(
    store: &HomeStore,
    workspaces: &[P],
) -> Result<Vec<Option<ThreadHead>>> {
    // The disk is asked while nobody waits for what is known of the home.
    let mut places = locked(&store.workspaces);
    places.refresh();
    let wanted: Vec<PathBuf> =
        workspaces.iter().map(|workspace| places.place_of(workspace.as_ref())).collect();
    let mut looks = 0;
    let state = loop {
        // What cannot be read is nobody's.
        let mut state = match readable(store) {
            Ok(state) => state,
            Err(error) if error.is_not_found() => return Ok(vec![None; workspaces.len()]),
            Err(error) => return Err(error),
        };
        let sessions = store.home().sessions();
        if let Some(source) = state.catalog.tree.failure(&sessions) {
            return Err(Error::io("read Codex home", &sessions, source));
        }
        state.update_lookup();
        let version = state.lookup.version();
        looks += 1;
        if places.version() == version || looks == MAX_REFRESHES {
            break state;
        }
        let cwds: Vec<Arc<str>> = state.lookup.cwds().cloned().collect();
        drop(state);
        places.learn(version, cwds);
    };
    let began_at = |place: &PathBuf| {
        let slots = places.at(place).iter().flat_map(|cwd| state.lookup.of_cwd(cwd));
        slots.filter_map(|&slot| resumable(&state, slot)).collect()
    };
    let candidates: Vec<Vec<(Slot, ThreadHead)>> = wanted.iter().map(began_at).collect();
    drop(state);
    drop(places);
    store.save_if_worth_it();
    Ok(all_dated(store, candidates).into_iter().map(best_of).collect())
}

/// The state when every head was read that can be; a system that is short of something is an error, since it may hide
/// the very thread.
fn readable(store: &HomeStore) -> Result<MutexGuard<'_, State>> {
    let (state, outcome) = with_heads(store)?;
    let Some(code) = state.catalog.tree.shortage.or(outcome.shortage) else { return Ok(state) };
    let error = io::Error::from_raw_os_error(code);
    Err(Error::io("read Codex home", store.home().path(), error))
}

/// The head of a rollout whose thread can be resumed.
fn resumable(state: &State, slot: Slot) -> Option<(Slot, ThreadHead)> {
    let entry = state.catalog.entry(slot).filter(|_| is_resumable(state, slot))?;
    Some((slot, entry.thread_head(state.catalog.tree.path_of(entry))?))
}

/// Tells whether a rollout is that of a thread that a person talks to, and does not only claim to be: a copy under
/// another name never stands for the thread's own file.
fn is_resumable(state: &State, slot: Slot) -> bool {
    let Some(entry) = state.catalog.entry(slot) else { return false };
    // One that changes faster than it is read is still who it was.
    let (Head::Read(facts) | Head::Outdated(facts)) = &entry.head else { return false };
    let is_named = |slot: &Slot| {
        let entry = state.catalog.entry(*slot);
        entry.is_some_and(|entry| thread_id_of(entry) == &*facts.thread_id)
    };
    facts.kind != ThreadKind::Subagent
        && facts.origin != Origin::Internal
        && (is_named(&slot) || !state.lookup.of_thread(&facts.thread_id).iter().any(is_named))
}

/// The thread that the name of a file tells.
fn thread_id_of(entry: &Entry) -> &str {
    RolloutName::parse_stem(entry.stem()).unwrap_or(entry.stem())
}

/// The rollout with the newest record, of a thread in which a person talks if there is one.
fn best_of(candidates: Vec<ThreadHead>) -> Option<ThreadHead> {
    candidates.into_iter().min_by(|a, b| {
        let by_origin = a.facts.origin.cmp(&b.facts.origin);
        by_origin.then_with(|| newest_first(&a.file, &b.file))
    })
}
