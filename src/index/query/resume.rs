//! The rollout that a session in a workspace resumes: the most recently written root or fork that began there. Never a
//! subagent, whose rollout has the same directory and may be newer.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::home::HomeStore;
use crate::index::home::MAX_LOOKS;
use crate::index::home::heads::{MAX_HEADS, Wanted, wanted_heads};
use crate::index::query::search::find_rollouts;
use crate::index::reading::heads::Head;
use crate::index::reading::heads::ThreadHead;
use crate::index::state::State;
use crate::ledger::threads::ThreadKind;
use crate::rollout::file::newest_first;
use crate::rollout::workspace::Resolver;

/// How many heads are read first, the newest: that of an active session is among them. Each further round reads four
/// times as many.
const FIRST_HEADS: usize = 64;

/// Finds the rollouts of some workspaces, in their order. A home that is not there yet has none.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find<P: AsRef<Path>>(
    store: &HomeStore,
    workspaces: &[P],
) -> Result<Vec<Option<ThreadHead>>> {
    if is_first_question(store) {
        let found = find_rollouts(store.home(), workspaces)?;
        return Ok(found.into_iter().map(|head| head.map(ThreadHead::from)).collect());
    }
    let mut disk = Resolver::default();
    let places: Vec<PathBuf> =
        workspaces.iter().map(|workspace| disk.resolve(workspace.as_ref())).collect();
    let mut asked = Instant::now();
    for left in (0..MAX_LOOKS).rev() {
        match store.look(asked) {
            Ok(_) => {}
            Err(error) if error.is_not_found() => return Ok(vec![None; workspaces.len()]),
            Err(error) => return Err(error),
        }
        let sessions = store.home().sessions();
        if let Some(source) = store.lock().listing.failure(&sessions) {
            return Err(Error::io("read Codex home", &sessions, source));
        }
        let (found, gone) = find_once(store, &places);
        if !gone || left == 0 {
            return Ok(found);
        }
        asked = Instant::now();
    }
    Ok(vec![None; workspaces.len()])
}

/// Whether nothing is known of the home, and nobody has asked before. A process that asks but once, such as
/// `ao-codex resume`, must not wait until everything is known that the next question could use.
fn is_first_question(store: &HomeStore) -> bool {
    let mut state = store.lock();
    state.recall_once(store.home(), store.directory.as_deref());
    !std::mem::replace(&mut state.was_asked, true) && state.listing.files.count() == 0
}

/// What is found, and whether a rollout went meanwhile.
fn find_once(store: &HomeStore, places: &[PathBuf]) -> (Vec<Option<ThreadHead>>, bool) {
    let wanted_places: HashSet<&Path> = places.iter().map(PathBuf::as_path).collect();
    let mut one_at_a_time = None;
    let mut count = FIRST_HEADS;
    let mut gone = false;
    // What cannot be read is nobody's, and must not be tried for ever.
    let mut failed: HashSet<Slot> = HashSet::new();
    loop {
        let mut state = store.lock();
        update_workspaces(&mut state);
        let found: Vec<Option<ThreadHead>> =
            places.iter().map(|place| newest_at(&state, place)).collect();
        // What is older than everything that was found is nobody's.
        let oldest = found.iter().map(|head| head.as_ref().map(|head| head.file.modified_ms)).min();
        let oldest = oldest.flatten().unwrap_or(i64::MIN);
        let most = if state.knows_all_heads() { 0 } else { count };
        let unread = wanted_heads(&state, most, |slot, entry| {
            !failed.contains(&slot)
                && entry.seen.modified.ms() >= oldest
                && may_be_at(&state, entry, &wanted_places)
        });
        if unread.is_empty() || gone {
            return (found, gone);
        }
        drop(state);
        if one_at_a_time.is_none() {
            // Meanwhile somebody else may have read them.
            one_at_a_time = Some(store.heads.lock());
            continue;
        }
        let state = store.lock();
        let cwds = state.lookup.cwds();
        let elsewhere: HashSet<String> = cwds
            .filter(|cwd| state.workspaces.is_elsewhere(cwd, &wanted_places))
            .map(|cwd| cwd.as_ref().to_owned())
            .collect();
        drop(state);
        let outcome = store.read_heads(&unread, |cwd| elsewhere.contains(cwd));
        gone |= outcome.gone;
        let has_failed = |one: &&Wanted| outcome.failed.iter().any(|bad| bad.path == one.file.path);
        failed.extend(unread.iter().filter(has_failed).map(|one| one.slot));
        count = count.saturating_mul(4).min(MAX_HEADS);
    }
}

fn update_workspaces(state: &mut State) {
    state.update_lookup();
    state.workspaces.update(state.lookup.version(), state.lookup.cwds());
}

/// The most recently written root or fork that began at a place, as far as heads were read.
fn newest_at(state: &State, place: &Path) -> Option<ThreadHead> {
    let slots = state.workspaces.at(place).iter().flat_map(|cwd| state.lookup.of_cwd(cwd));
    let entries = slots.filter_map(|&slot| state.listing.files.get(slot)).filter(
        |entry| matches!(&entry.head, Head::Read(facts) if facts.kind != ThreadKind::Subagent),
    );
    let heads = entries.filter_map(|entry| entry.thread_head(state.listing.path_of(entry)));
    heads.min_by(|a, b| newest_first(&a.file, &b.file))
}

/// Whether only the head of a rollout can tell that it did not begin at one of these places.
fn may_be_at(state: &State, entry: &Entry, places: &HashSet<&Path>) -> bool {
    !entry.archived
        && match &entry.head {
            Head::Glanced(cwd) => !state.workspaces.is_elsewhere(cwd, places),
            _ => entry.is_headless(),
        }
}
