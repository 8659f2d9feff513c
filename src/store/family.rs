//! A thread with the subagents that it spawned: what the orchestrator calls the cost of a session.

use std::collections::HashSet;
use std::io;

use crate::codex_home::CodexHome;
use crate::error::{Error, Result};
use crate::rollout::discover::{RolloutFile, Scope, Skipped};
use crate::rollout::file_name::RolloutName;
use crate::store::heads::{Head, Heads, read_heads};
use crate::store::scan::{Scan, Watch, scan_files};
use crate::store::settled::follow;
use crate::usage::tree::{Thread, ThreadKind, descendants, threads};

/// A thread and its subagents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The thread.
    pub thread: Thread,
    /// Those that it spawned, and those that they spawned, newest first.
    pub subagents: Vec<Thread>,
    /// What of the home could not be read: a subagent may be among it.
    pub skipped: Vec<Skipped>,
}

/// Reads a thread and its subagents; `None` when the home has no such thread. Nothing else of the home is read but
/// heads, and the parents that a copy has to be compared with.
///
/// # Errors
///
/// When the home is there and cannot be read, or the thread is not found while something could not be read that may hold it.
pub fn read_family(home: &CodexHome, thread_id: &str) -> Result<Option<Family>> {
    family_of(home, &heads_of(home)?, thread_id)
}

/// The same for many threads, in their order, with one look at the home. One whose own rollout cannot be read is `None`:
/// it must not lose the others.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn read_families(home: &CodexHome, thread_ids: &[String]) -> Result<Vec<Option<Family>>> {
    let heads = heads_of(home)?;
    let families = thread_ids.iter().map(|thread_id| family_of(home, &heads, thread_id));
    Ok(families.map(|family| family.unwrap_or(None)).collect())
}

/// A home that is not there yet has none.
fn heads_of(home: &CodexHome) -> Result<Heads> {
    match read_heads(home, Scope::All) {
        Err(error) if error.is_not_found() => Ok(Heads::default()),
        heads => heads,
    }
}

fn family_of(home: &CodexHome, heads: &Heads, thread_id: &str) -> Result<Option<Family>> {
    let Heads { heads, headless, skipped } = heads;
    let spawned: Vec<(&str, Option<&str>)> = heads
        .iter()
        .filter(|head| head.kind == ThreadKind::Subagent)
        .map(|head| (head.thread_id.as_str(), head.meta.parent()))
        .collect();
    let mut wanted: HashSet<&str> = descendants(thread_id, &spawned).into_iter().collect();
    wanted.insert(thread_id);

    let watch = Watch::default();
    let mut scan = Scan::default();
    // A rollout without a head is the thread's by its name; what is wrong with it the scan will tell.
    let own: Vec<RolloutFile> =
        headless.iter().filter(|file| file.thread_id() == thread_id).cloned().collect();
    let mut skipped = skipped.clone();
    skipped.retain(|one| own.iter().all(|file| file.path != one.path));
    let files = files_of(heads, |id| wanted.contains(id)).into_iter().chain(own).collect();
    let gone = scan_files(files, &watch, &mut scan);
    skipped.extend(follow(home, Scope::All, gone, |files| scan_files(files, &watch, &mut scan))?);
    // Each copy may itself be compared with a copy, so one round for each generation.
    let mut known: HashSet<String> = wanted.iter().map(|id| (*id).to_owned()).collect();
    loop {
        let needed: HashSet<String> = scan
            .rollouts
            .iter()
            .filter_map(|rollout| rollout.fold.needs())
            .filter(|parent| !known.contains(*parent))
            .map(str::to_owned)
            .collect();
        if needed.is_empty() {
            break;
        }
        let gone = scan_files(files_of(heads, |id| needed.contains(id)), &watch, &mut scan);
        skipped
            .extend(follow(home, Scope::All, gone, |files| scan_files(files, &watch, &mut scan))?);
        known.extend(needed);
    }

    let mut all = threads(&scan.rollouts).threads;
    all.retain(|thread| wanted.contains(thread.thread_id.as_str()));
    let Some(at) = all.iter().position(|thread| thread.thread_id == thread_id) else {
        let hiding = scan.skipped.into_iter().chain(skipped).find(|one| may_hide(one, thread_id));
        return hiding.map_or(Ok(None), |Skipped { path, reason }| {
            Err(Error::io("read", &path, io::Error::other(reason)))
        });
    };
    let thread = all.remove(at);
    skipped.extend(scan.skipped);
    Ok(Some(Family { thread, subagents: all, skipped }))
}

/// Whether what was skipped is a rollout of the thread, or a directory that may hold one.
fn may_hide(skipped: &Skipped, thread_id: &str) -> bool {
    let name = skipped.path.file_name().and_then(|name| name.to_str());
    name.and_then(RolloutName::parse).is_none_or(|name| name.thread_id == Some(thread_id))
}

fn files_of(heads: &[Head], wanted: impl Fn(&str) -> bool) -> Vec<RolloutFile> {
    let wanted = heads.iter().filter(|head| wanted(&head.thread_id));
    wanted.map(|head| head.file.clone()).collect()
}
