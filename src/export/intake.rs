//! Collects rows while homes are read: of most threads in the one reading that the bill takes, of others in a second.
//!
//! Only when all of a home was read is it known whether a rollout counts, and for which thread. Its rows are made
//! before, under a number; when the thread comes out as it was expected, the rows of this number count.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::codec::{encode, stable_hash};
use crate::error::{Error, Result};
use crate::export::export_cache::{ExportCache, ThreadExport};
use crate::export::exported::Exported;
use crate::export::options::{DAY_MS, Options};
use crate::export::ordered::{Row, SURE_SOURCE};
use crate::export::row::{RowWriter, ThreadFacts};
use crate::export::sort::{Sorted, Sorter};
use crate::index::home::HomeStore;
use crate::index::query::bill::bill_listing;
use crate::index::query::responses::responses;
use crate::index::reading::progress::Watch;
use crate::ledger::buckets::Standing;
use crate::ledger::fold::Fold;
use crate::ledger::summary::Summary;
use crate::ledger::threads::{Summarized, Thread, alone};
use crate::rollout::file::RolloutFile;

/// The number of threads that are read for their responses at a time: enough to keep all processors busy, and few
/// enough that a thousand responses of each are not many megabytes.
const THREADS_AT_ONCE: usize = 64;

/// The number of rows of a thread that are handed on at a time.
const ROWS_AT_ONCE: usize = 256;

const WRITE: &str = "write export";

/// Rows, and where they come from.
pub(super) struct Intake<'i, F> {
    options: &'i Options,
    facts: F,
    /// The directory in which rows are set aside.
    directory: &'i Path,
    sorter: Sorter,
    /// The sources whose rows count.
    sources: HashSet<u64>,
}

/// The responses that were listed of a rollout while it was read, by the hash of the thread that it would be alone.
#[derive(Default)]
struct Read {
    listed: HashMap<u64, Listing>,
    failure: Option<io::Error>,
}

/// The rows that were made of a thread.
#[derive(Clone, Copy)]
struct Listing {
    rows: u64,
    export: ThreadExport,
}

impl<'i, F: Fn(&Thread) -> ThreadFacts + Sync> Intake<'i, F> {
    pub(super) fn new(options: &'i Options, facts: F, directory: &'i Path) -> Self {
        let sorter = Sorter::new(directory);
        Self { options, facts, directory, sorter, sources: HashSet::from([SURE_SOURCE]) }
    }

    /// Takes the rows of what is new in a home.
    pub(super) fn read(
        &mut self,
        home: &Arc<HomeStore>,
        cache: &mut ExportCache,
        exported: &mut Exported,
        watch: &Watch,
    ) -> Result<()> {
        let read: Mutex<Read> = Mutex::default();
        let known = &*cache;
        let take_listed = |file: &RolloutFile, fold: &Fold| self.list(file, fold, known, &read);
        let mut changed: HashMap<String, u64> = HashMap::new();
        let skipped = bill_listing(home, watch, &take_listed, |part| {
            exported.threads += part.len() as u64;
            for thread in part {
                let hash = self.hash_of(&thread);
                if !known.has(&thread.thread_id, hash) {
                    changed.insert(thread.thread_id, hash);
                }
            }
            Ok(())
        })?;
        exported.skipped.extend(skipped);
        let Read { listed, failure } = read.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure {
            return Err(self.failed(failure));
        }
        let mut unread: Vec<String> = Vec::new();
        for (thread_id, hash) in changed {
            let Some(Listing { rows, export }) = listed.get(&hash) else {
                unread.push(thread_id);
                continue;
            };
            exported.threads_read += 1;
            exported.responses += rows;
            self.sources.insert(hash);
            cache.add_thread(&thread_id, *export);
        }
        for some in unread.chunks(THREADS_AT_ONCE) {
            self.read_again(home, some, cache, exported, watch)?;
        }
        Ok(())
    }

    /// Puts the rows that count in order.
    pub(super) fn into_sorted(self) -> io::Result<Sorted> {
        self.sorter.finish(self.sources)
    }

    /// Takes the responses of a rollout that was read from its beginning, unless other threads' records matter to it.
    fn list(&self, file: &RolloutFile, fold: &Fold, known: &ExportCache, read: &Mutex<Read>) {
        if fold.depends_on().next().is_some() {
            return;
        }
        let summary = Summary::new(fold);
        if summary.is_empty {
            return;
        }
        let Some(thread) = alone(Summarized { file: file.clone(), summary }) else { return };
        let hash = self.hash_of(&thread);
        if known.has(&thread.thread_id, hash) {
            return;
        }
        let taken = self.take_rows(&thread, hash, hash, known);
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        match taken {
            Ok((rows, export)) => drop(read.listed.insert(hash, Listing { rows, export })),
            Err(failure) => read.failure = Some(failure),
        }
    }

    /// Reads threads whose rows were not taken: those that others' records matter to, or that were only appended to.
    fn read_again(
        &self,
        home: &Arc<HomeStore>,
        thread_ids: &[String],
        cache: &mut ExportCache,
        exported: &mut Exported,
        watch: &Watch,
    ) -> Result<()> {
        let listed = responses(home, thread_ids, watch)?;
        exported.skipped.extend(listed.skipped);
        for thread in &listed.threads {
            let hash = self.hash_of(thread);
            let taken = self.take_rows(thread, SURE_SOURCE, hash, cache);
            let (rows, export) = taken.map_err(|source| self.failed(source))?;
            exported.threads_read += 1;
            exported.responses += rows;
            cache.add_thread(&thread.thread_id, export);
        }
        Ok(())
    }

    /// Takes the rows of a thread whose responses are listed; gives the number of those that were billed. Where it has
    /// become a guess what it was billed, as its parent is gone, an earlier export knew better.
    fn take_rows(
        &self,
        thread: &Thread,
        source: u64,
        hash: u64,
        known: &ExportCache,
    ) -> io::Result<(u64, ThreadExport)> {
        let facts = (self.facts)(thread);
        let mut writer = RowWriter::new(thread, &facts, self.options, source);
        let sure_before = known.sure_until_ms(&thread.thread_id);
        let mut last_ms = None;
        let mut is_sure = true;
        let mut billed = 0;
        for some in thread.buckets.responses().chunks(ROWS_AT_ONCE) {
            let mut rows = Vec::with_capacity(some.len());
            for listed in some {
                let at_ms = listed.response.at_ms;
                if listed.standing == Standing::Guessed {
                    is_sure = false;
                    if sure_before.is_some_and(|until| at_ms <= until) {
                        continue;
                    }
                }
                last_ms = last_ms.max(Some(at_ms));
                let day = at_ms.div_euclid(DAY_MS);
                if self.options.since_day.is_none_or(|since| day >= since) {
                    rows.extend(writer.row(listed));
                }
            }
            let is_billed = |row: &&Row| row.standing != Standing::Inherited;
            billed += rows.iter().filter(is_billed).count() as u64;
            self.sorter.push(rows)?;
        }
        let sure_until_ms = if is_sure { last_ms } else { sure_before };
        Ok((billed, ThreadExport { hash, sure_until_ms }))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::io(WRITE, self.directory, source)
    }

    /// A hash of everything that decides the rows of a thread.
    fn hash_of(&self, thread: &Thread) -> u64 {
        let Thread { thread_id, parent_thread_id, kind, cli_version, buckets, .. } = thread;
        let facts = (self.facts)(thread);
        stable_hash(&(
            thread_id,
            parent_thread_id,
            kind.as_str(),
            cli_version,
            encode(buckets),
            facts,
        ))
    }
}
