//! The rollout that a session in a workspace resumes: of the threads that began there the one with the newest record.
//! Never one that Codex started for itself, whose rollout has the same directory and may be newer.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::index::home::HomeStore;
use crate::index::reading::heads::{Head, ThreadHead};
use crate::index::state::State;
use crate::ledger::threads::ThreadKind;
use crate::rollout::file::newest_first;
use crate::rollout::workspace::Resolver;

/// Finds the rollouts of some workspaces, in their order. A home that is not there yet has none.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn find<P: AsRef<Path>>(
    store: &HomeStore,
    workspaces: &[P],
) -> Result<Vec<Option<ThreadHead>>> {
    let mut disk = Resolver::default();
    let places: Vec<PathBuf> =
        workspaces.iter().map(|workspace| disk.resolve(workspace.as_ref())).collect();
    match store.heads_as_of(Instant::now()) {
        // What cannot be read is nobody's.
        Ok(_) => {}
        Err(error) if error.is_not_found() => return Ok(vec![None; workspaces.len()]),
        Err(error) => return Err(error),
    }
    let sessions = store.home().sessions();
    let mut state = store.lock();
    if let Some(source) = state.listing.failure(&sessions) {
        return Err(Error::io("read Codex home", &sessions, source));
    }
    state.update_lookup();
    let State { lookup, workspaces, .. } = &mut *state;
    workspaces.update(lookup.version(), lookup.cwds());
    Ok(places.iter().map(|place| newest_at(&state, place)).collect())
}

/// The root or fork with the newest record that began at a place.
fn newest_at(state: &State, place: &Path) -> Option<ThreadHead> {
    let slots = state.workspaces.at(place).iter().flat_map(|cwd| state.lookup.of_cwd(cwd));
    let entries = slots.filter_map(|&slot| state.listing.files.get(slot)).filter(
        |entry| matches!(&entry.head, Head::Read(facts) if facts.kind != ThreadKind::Subagent),
    );
    let heads = entries.filter_map(|entry| entry.thread_head(state.listing.path_of(entry)));
    heads.min_by(|a, b| newest_first(&a.file, &b.file))
}
