//! From rows to threads: each response once, added up.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use crate::export::reading::rows::{Origin, ReadRow, RowThread};
use crate::ledger::buckets::{Response, UsageBuckets};
use crate::ledger::threads::Thread;
use crate::rollout::file::RolloutFile;
use crate::rollout::turn::TurnState;

/// The usage that a thread was billed, by where it came from.
pub type Part = (Arc<Origin>, UsageBuckets);

/// A thread, and what it was billed.
#[derive(Debug)]
pub struct ReadThread {
    /// The thread, without what it was billed.
    pub thread: Thread,
    /// The usage that it was billed.
    pub parts: Vec<Part>,
}

/// Rows, added up.
///
/// Of each response a hash is remembered, for it may come from several machines: 9 to 18 bytes.
#[derive(Debug, Default)]
pub struct RowThreads {
    seen: HashSet<u64>,
    places: HashMap<Arc<str>, usize>,
    collected: Vec<Collected>,
}

#[derive(Debug)]
struct Collected {
    head: Arc<RowThread>,
    workspace: Option<Arc<str>>,
    first_ms: i64,
    last_ms: i64,
    last_model: Option<Arc<str>>,
    /// The file of the last response.
    path: Arc<Path>,
    parts: Vec<Part>,
}

impl RowThreads {
    /// Adds a row of the file at `path`; of several of one response the first counts.
    pub fn add(&mut self, row: ReadRow, path: &Arc<Path>) {
        if !self.seen.insert(row.id) {
            return;
        }
        let ReadRow { id: _, head, origin, at_ms, model, workspace, tier, usage, single } = row;
        let next = self.collected.len();
        let at = *self.places.entry(Arc::clone(&head.thread_id)).or_insert(next);
        if at == next {
            self.collected.push(Collected {
                head,
                workspace: workspace.clone(),
                first_ms: at_ms,
                last_ms: at_ms,
                last_model: model.clone(),
                path: Arc::clone(path),
                parts: Vec::new(),
            });
        }
        let Some(thread) = self.collected.get_mut(at) else { return };
        if at_ms < thread.first_ms {
            thread.first_ms = at_ms;
            thread.workspace.clone_from(&workspace);
        }
        if at_ms >= thread.last_ms {
            thread.last_ms = at_ms;
            thread.last_model.clone_from(&model);
            thread.path = Arc::clone(path);
        }
        let response = Response { id: None, model, workspace, tier, at_ms, usage, single };
        let is_same = |known: &Arc<Origin>| Arc::ptr_eq(known, &origin) || **known == *origin;
        if let Some((_, buckets)) = thread.parts.iter_mut().rfind(|(known, _)| is_same(known)) {
            buckets.add(response);
        } else {
            let mut buckets = UsageBuckets::default();
            buckets.add(response);
            thread.parts.push((origin, buckets));
        }
    }

    /// The threads, newest first.
    #[must_use]
    pub fn finish(self) -> Vec<ReadThread> {
        let mut threads = self.collected;
        threads.sort_by(|a, b| {
            let order =
                |one: &Collected| (std::cmp::Reverse(one.last_ms), one.head.thread_id.clone());
            order(a).cmp(&order(b))
        });
        threads.into_iter().map(Collected::finish).collect()
    }
}

impl Collected {
    fn finish(self) -> ReadThread {
        let Self { head, workspace, first_ms, last_ms, last_model, path, parts } = self;
        let thread = Thread {
            thread_id: head.thread_id.to_string(),
            file: RolloutFile {
                path: path.to_path_buf(),
                stem: head.thread_id.to_string(),
                archived: false,
                compressed: false,
                size: 0,
                modified_ms: last_ms,
                last_record_ms: Some(last_ms),
            },
            workspace: workspace.as_deref().map(str::to_owned),
            git: None,
            kind: head.kind,
            parent_thread_id: head.parent.clone(),
            created_ms: Some(first_ms),
            cli_version: head.codex_version.clone(),
            model: last_model.as_deref().map(str::to_owned),
            plan_type: None,
            context: None,
            limits: Box::default(),
            buckets: UsageBuckets::default(),
            skipped_records: 0,
            turn: TurnState::None,
            turn_id: None,
            last_record_ms: Some(last_ms),
        };
        ReadThread { thread, parts }
    }
}
