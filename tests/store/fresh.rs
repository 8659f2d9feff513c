//! What somebody says of a home who has never looked at it before, and remembers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ao_plugin_codex::index::catalog::discover::{Scope, discover};
use ao_plugin_codex::index::query::bill::Bill;
use ao_plugin_codex::index::reading::ledger::refold;
use ao_plugin_codex::index::reading::progress::Watch;
use ao_plugin_codex::ledger::threads::{FoldedRollout, Thread, ThreadKind, threads};
use ao_plugin_codex::rollout::codex_home::CodexHome;
use ao_plugin_codex::rollout::file::Skipped;
use ao_plugin_codex::rollout::head::read_head;
use ao_plugin_codex::rollout::workspace::WorkspaceMatcher;

/// The bill of the home.
pub(crate) fn bill(home: &CodexHome) -> Bill {
    let found = discover(home, Scope::All).unwrap();
    let mut skipped = found.skipped;
    let mut rollouts = Vec::new();
    for file in found.files {
        match refold(&file, None, &mut Vec::new(), &Watch::default()) {
            Ok(folded) => {
                let fold = folded.closed.unwrap_or(folded.fold);
                rollouts.push(FoldedRollout { file, fold });
            }
            Err(error) => skipped.push(Skipped { path: file.path, reason: error.reason() }),
        }
    }
    skipped.sort_by(|a, b| a.path.cmp(&b.path));
    let found = threads(&rollouts);
    skipped.extend(found.skipped);
    Bill { threads: found.threads, skipped }
}

/// The thread that is found in a workspace.
pub(crate) fn find(home: &CodexHome, workspace: &str) -> Option<String> {
    let mut matcher = WorkspaceMatcher::new(Path::new(workspace));
    discover(home, Scope::Active).unwrap().files.into_iter().find_map(|file| {
        let meta = read_head(&file.path, file.compressed).ok()??;
        let is_there = meta.cwd.as_deref().is_some_and(|cwd| matcher.matches(cwd));
        let is_subagent = ThreadKind::of_meta(&meta) == ThreadKind::Subagent;
        (is_there && !is_subagent).then(|| meta.id.unwrap_or_else(|| file.thread_id().to_owned()))
    })
}

/// The threads of a bill by their ids.
pub(crate) fn by_id(bill: &Bill) -> BTreeMap<&str, &Thread> {
    bill.threads.iter().map(|thread| (thread.thread_id.as_str(), thread)).collect()
}

/// The threads of a bill that a thread spawned, and those that these spawned, in the order of the bill.
pub(crate) fn subagents(bill: &Bill, thread_id: &str) -> Vec<Thread> {
    let by_id = by_id(bill);
    let is_below = |thread: &&Thread| {
        let mut seen = BTreeSet::from([thread.thread_id.as_str()]);
        let mut one = *thread;
        while one.kind == ThreadKind::Subagent {
            let Some(parent) = one.parent_thread_id.as_deref() else { break };
            if parent == thread_id {
                return thread.thread_id != thread_id;
            }
            let Some(next) = by_id.get(parent).filter(|_| seen.insert(parent)) else { break };
            one = next;
        }
        false
    };
    bill.threads.iter().filter(is_below).cloned().collect()
}
