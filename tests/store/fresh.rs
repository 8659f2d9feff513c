//! The answers of a reader that has never looked at a home before, and remembers nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use ao_plugin_codex::fs::open::modified_ms;
use ao_plugin_codex::index::query::bill::Bill;
use ao_plugin_codex::index::reading::ledger::refold;
use ao_plugin_codex::index::reading::progress::Watch;
use ao_plugin_codex::ledger::threads::{FoldedRollout, Thread, ThreadKind, threads};
use ao_plugin_codex::rollout::codex_home::CodexHome;
use ao_plugin_codex::rollout::file::{RolloutFile, Skipped, newest_first};
use ao_plugin_codex::rollout::head::read_head;
use ao_plugin_codex::rollout::name::RolloutName;
use ao_plugin_codex::rollout::tail::last_record_ms;
use ao_plugin_codex::rollout::workspace::WorkspaceMatcher;

/// The bill of the home.
pub(crate) fn bill(home: &CodexHome) -> Bill {
    let (files, mut skipped) = discover(home);
    let mut rollouts = Vec::new();
    for file in files {
        match refold(&file, None, &mut Vec::new(), &Watch::default()) {
            Ok(folded) => {
                let fold = folded.provisional.unwrap_or(folded.fold);
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

/// One file of each rollout, newest first, and what is passed over.
fn discover(home: &CodexHome) -> (Vec<RolloutFile>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    let mut by_stem: BTreeMap<String, RolloutFile> = BTreeMap::new();
    for (top, archived) in [(home.sessions(), false), (home.archived_sessions(), true)] {
        for entry in WalkDir::new(&top).min_depth(1).max_depth(4) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.io_error().is_some_and(is_not_found) => continue,
                Err(error) => {
                    let path = error.path().map_or_else(|| top.clone(), Path::to_owned);
                    let reason = error.into_io_error().unwrap().to_string();
                    skipped.push(Skipped { path, reason });
                    continue;
                }
            };
            let name = entry.file_name().to_str().unwrap();
            let Some(parsed) = RolloutName::parse(name) else { continue };
            if !entry.file_type().is_file() {
                let reason = "not a regular file".to_owned();
                skipped.push(Skipped { path: entry.path().to_owned(), reason });
                continue;
            }
            let metadata = entry.metadata().unwrap();
            let file = RolloutFile {
                path: entry.path().to_owned(),
                stem: parsed.stem.to_owned(),
                archived,
                compressed: parsed.compressed,
                size: metadata.len(),
                modified_ms: modified_ms(&metadata),
                last_record_ms: last_record_ms(entry.path(), parsed.compressed).ok().flatten(),
            };
            let rank = |one: &RolloutFile| (one.archived, one.compressed, -one.modified_ms);
            match by_stem.get(&file.stem) {
                Some(other) if rank(other) <= rank(&file) => {}
                _ => drop(by_stem.insert(file.stem.clone(), file)),
            }
        }
    }
    let mut files: Vec<RolloutFile> = by_stem.into_values().collect();
    files.sort_by(newest_first);
    (files, skipped)
}

fn is_not_found(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The thread that is found in a workspace.
pub(crate) fn find(home: &CodexHome, workspace: &str) -> Option<String> {
    let mut matcher = WorkspaceMatcher::new(Path::new(workspace));
    let files = discover(home).0;
    // A file stands for the thread in its name while its head does not say otherwise; without a head it stands for
    // none.
    let is_its_own = |file: &&RolloutFile| {
        let head = read_head(&file.path, file.compressed).ok().flatten();
        head.is_some_and(|meta| meta.id.is_none_or(|id| id == file.thread_id()))
    };
    let named: BTreeSet<String> =
        files.iter().filter(is_its_own).map(|file| file.thread_id().to_owned()).collect();
    files.into_iter().filter(|file| !file.archived).find_map(|file| {
        let meta = read_head(&file.path, file.compressed).ok()??;
        let claims = meta.id.as_deref().filter(|id| *id != file.thread_id());
        if claims.is_some_and(|id| named.contains(id)) {
            return None;
        }
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
