//! A thread with the subagents that it spawned: what the orchestrator calls the cost of a session.

use std::collections::HashSet;

use crate::codex_home::CodexHome;
use crate::error::Result;
use crate::rollout::discover::{RolloutFile, Scope};
use crate::store::heads::{Head, read_heads};
use crate::store::scan::{Scan, Watch, scan_files};
use crate::usage::tree::{Thread, ThreadKind, descendants, threads};

/// A thread and its subagents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The thread.
    pub thread: Thread,
    /// Those that it spawned, and those that they spawned, newest first.
    pub subagents: Vec<Thread>,
}

/// Reads a thread and its subagents; `None` when the home has no such thread. Nothing else of the home is read but
/// heads, and the parents that a copy has to be compared with.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn read_family(home: &CodexHome, thread_id: &str) -> Result<Option<Family>> {
    Ok(family_of(&heads_of(home)?, thread_id))
}

/// The same for many threads, in their order, with one look at the home.
///
/// # Errors
///
/// When the home is there and cannot be read.
pub fn read_families(home: &CodexHome, thread_ids: &[String]) -> Result<Vec<Option<Family>>> {
    let heads = heads_of(home)?;
    Ok(thread_ids.iter().map(|thread_id| family_of(&heads, thread_id)).collect())
}

/// A home that is not there yet has none.
fn heads_of(home: &CodexHome) -> Result<Vec<Head>> {
    match read_heads(home, Scope::All) {
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        heads => Ok(heads?.heads),
    }
}

fn family_of(heads: &[Head], thread_id: &str) -> Option<Family> {
    let spawned: Vec<(&str, Option<&str>)> = heads
        .iter()
        .filter(|head| head.kind == ThreadKind::Subagent)
        .map(|head| (head.thread_id.as_str(), head.meta.parent()))
        .collect();
    let mut wanted: HashSet<&str> = descendants(thread_id, &spawned).into_iter().collect();
    wanted.insert(thread_id);

    let watch = Watch::default();
    let mut scan = Scan::default();
    scan_files(files_of(heads, |id| wanted.contains(id)), &watch, &mut scan);
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
        scan_files(files_of(heads, |id| needed.contains(id)), &watch, &mut scan);
        known.extend(needed);
    }

    let mut all = threads(&scan.rollouts).threads;
    all.retain(|thread| wanted.contains(thread.thread_id.as_str()));
    let at = all.iter().position(|thread| thread.thread_id == thread_id);
    at.map(|at| Family { thread: all.remove(at), subagents: all })
}

fn files_of(heads: &[Head], wanted: impl Fn(&str) -> bool) -> Vec<RolloutFile> {
    let wanted = heads.iter().filter(|head| wanted(&head.thread_id));
    wanted.map(|head| head.file.clone()).collect()
}
