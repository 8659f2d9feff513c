//! Threads with each of their responses by itself, for an export.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use crate::error::Result;
use crate::fs::parallel;
use crate::index::catalog::entry::Slot;
use crate::index::home::HomeStore;
use crate::index::query::without_meta::read_without_meta;
use crate::index::reading::ledger::fold_responses;
use crate::index::reading::progress::Watch;
use crate::ledger::threads::{FoldedRollout, Thread, threads};
use crate::rollout::file::Skipped;

/// Threads whose responses are listed, and the rollouts that could not be read for them.
#[derive(Debug, Default)]
pub struct ListedThreads {
    /// The threads, in no order.
    pub threads: Vec<Thread>,
    /// The rollouts that could not be read.
    pub skipped: Vec<Skipped>,
}

/// Reads the rollouts of some threads from their beginnings, with those whose records matter to them, and lists each
/// response. Nothing of it is remembered.
///
/// # Errors
///
/// When the home cannot be read, or the caller cancelled it.
pub fn responses(store: &HomeStore, thread_ids: &[String], watch: &Watch) -> Result<ListedThreads> {
    store.heads_as_of(Instant::now())?;
    let without_meta = read_without_meta(store)?;
    let mut folded: HashMap<Slot, FoldedRollout> = HashMap::new();
    let mut tried: HashSet<Slot> = HashSet::new();
    let mut skipped = Vec::new();
    let mut asked: HashSet<String> = thread_ids.iter().cloned().collect();
    let mut known: HashSet<String> = HashSet::new();
    while !asked.is_empty() {
        let files = {
            let mut state = store.lock();
            state.update_lookup();
            let of_thread =
                |id: &String| [state.lookup.of_thread(id), without_meta.of_thread(id)].concat();
            let mut slots: Vec<Slot> = asked.iter().flat_map(of_thread).collect();
            slots.retain(|slot| tried.insert(*slot));
            let files =
                slots.into_iter().filter_map(|slot| Some((slot, state.catalog.file(slot)?)));
            files.collect::<Vec<_>>()
        };
        known.extend(std::mem::take(&mut asked));
        let read = parallel::map(&files, Vec::new, |buffer, (_, file)| {
            fold_responses(file, buffer, watch)
        });
        for ((slot, file), result) in files.into_iter().zip(read) {
            match result {
                Some(Ok(one)) => {
                    let fold = one.provisional.unwrap_or(one.fold);
                    asked.extend(fold.depends_on().chain(fold.counter_parent()).map(str::to_owned));
                    folded.insert(slot, FoldedRollout { file, fold });
                }
                Some(Err(error)) if error.is_cancelled() => return Err(error),
                Some(Err(error)) => {
                    skipped.push(Skipped { path: file.path, reason: error.reason() });
                }
                None => {
                    let reason = "reading it failed unexpectedly".to_owned();
                    skipped.push(Skipped { path: file.path, reason });
                }
            }
        }
        asked.retain(|id| !known.contains(id));
    }
    let folded: Vec<FoldedRollout> = folded.into_values().collect();
    let mut threads = threads(&folded).threads;
    let thread_ids: HashSet<&String> = thread_ids.iter().collect();
    threads.retain(|thread| thread_ids.contains(&thread.thread_id));
    Ok(ListedThreads { threads, skipped })
}
