//! The rollouts of a home by what their heads say: thread, parent, workspace.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::slots::Files;
use crate::index::reading::heads::Head;
use crate::ledger::threads::{ThreadKind, with_descendants};

/// The rollouts of a home by what their heads say, as far as these were read. Forms that do not count are left out.
#[derive(Debug, Default)]
pub struct Lookup {
    /// The version that it was made of, see [`Files::version`].
    version: Option<u64>,
    by_thread: HashMap<Arc<str>, Vec<Slot>>,
    subagents: HashMap<Arc<str>, Vec<Slot>>,
    by_cwd: HashMap<Arc<str>, Vec<Slot>>,
    /// Rollouts without a `session_meta`.
    pub without_meta: Vec<Slot>,
}

impl Lookup {
    /// Makes it anew if any head or the set of files has changed.
    pub fn update(&mut self, files: &Files) {
        if self.version == Some(files.version) {
            return;
        }
        *self = Self { version: Some(files.version), ..Self::default() };
        for (slot, entry) in files.iter() {
            self.add(slot, entry);
        }
    }

    /// Adds a file whose head was not read before; `version` is that of the files after it was.
    pub fn add_first(&mut self, slot: Slot, entry: &Entry, version: u64) {
        if self.version.is_some_and(|before| before + 1 == version) {
            self.add(slot, entry);
            self.version = Some(version);
        }
    }

    fn add(&mut self, slot: Slot, entry: &Entry) {
        if entry.is_shadowed {
            return;
        }
        let facts = match &entry.head {
            Head::Read(facts) | Head::Outdated(facts) => facts,
            Head::Missing(_) => return self.without_meta.push(slot),
            Head::Unread | Head::Forgotten => return,
        };
        self.by_thread.entry(Arc::clone(&facts.thread_id)).or_default().push(slot);
        let parent = facts.parent.as_ref().filter(|_| facts.kind == ThreadKind::Subagent);
        if let Some(parent) = parent {
            self.subagents.entry(Arc::clone(parent)).or_default().push(slot);
        }
        if let Some(cwd) = facts.cwd.as_ref().filter(|_| !entry.archived) {
            self.by_cwd.entry(Arc::clone(cwd)).or_default().push(slot);
        }
    }

    /// The version of the files that it was made of.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// The rollouts of a thread.
    #[must_use]
    pub fn of_thread(&self, thread_id: &str) -> &[Slot] {
        self.by_thread.get(thread_id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The rollouts in use that began in a directory, as Codex wrote it.
    #[must_use]
    pub fn of_cwd(&self, cwd: &str) -> &[Slot] {
        self.by_cwd.get(cwd).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every directory in which a rollout in use began, as Codex wrote it.
    pub fn cwds(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_cwd.keys()
    }

    /// Some threads and their subagents of all generations, by their heads.
    #[must_use]
    pub fn families<'ids>(
        &self,
        files: &Files,
        thread_ids: impl Iterator<Item = &'ids str>,
    ) -> HashSet<Arc<str>> {
        let facts = |&slot: &Slot| match &files.get(slot)?.head {
            Head::Read(facts) | Head::Outdated(facts) => Some(Arc::clone(&facts.thread_id)),
            _ => None,
        };
        with_descendants(thread_ids.map(Arc::from), |parent| {
            self.subagents.get(parent).into_iter().flatten().filter_map(facts)
        })
    }
}
