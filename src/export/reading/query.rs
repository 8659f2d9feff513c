//! The bill of exports, priced: all of it or a part, and its sums.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::billing::document::Document;
use crate::billing::price_table::PriceTable;
use crate::billing::report::cells::cells_with;
use crate::billing::report::period::Periods;
use crate::billing::report::{
    Group, GroupBy, PricedThread, Prices, Report, Selection, Sums, Totals,
};
use crate::billing::user_prices::prices_in_force;
use crate::error::{Error, Result};
use crate::export::options::DAY_MS;
use crate::export::reading::files::{ExportFile, find};
use crate::export::reading::rows::{Content, Origin, ReadRow, read, read_again};
use crate::export::reading::threads::{ReadThread, RowThreads};
use crate::fs::parallel;
use crate::index::reading::progress::Watch;
use crate::ledger::buckets::{BucketKey, QUARTER_MS, UsageBuckets};
use crate::ledger::threads::Thread;
use crate::rollout::file::Skipped;

/// The bytes of files, as stored, that are read at a time, with their rows held in memory.
const MAX_CHUNK_BYTES: u64 = 2 * 1024 * 1024;

/// The number of files that are read at a time.
const MAX_CHUNK_FILES: usize = 256;

/// The number of threads that are handed over at a time.
const PART: usize = 100;

/// A question about exports.
#[derive(Debug)]
pub struct ExportsQuery {
    /// The directories, one at least.
    pub directories: Vec<PathBuf>,
    /// The part of the bill. Workspaces are compared as they are written: they are other machines'.
    pub selection: Selection,
    /// The grouping; no groups where it is empty.
    pub by: Vec<GroupBy>,
    /// True if cells are asked for.
    pub cells: bool,
}

impl ExportsQuery {
    /// Reads all exports and hands their threads to `take`. A response that several machines exported counts once, for
    /// the one whose file comes first by directory, day and name.
    ///
    /// # Errors
    ///
    /// When a directory or the user's prices cannot be read, the caller cancelled it, or `take` fails. A file that
    /// cannot be read is listed.
    pub fn read(
        &self,
        watch: &Watch,
        mut take: impl FnMut(Vec<PricedThread>) -> Result<()>,
    ) -> Result<Report> {
        let table = prices_in_force()?;
        let (threads, skipped) = self.threads(watch)?;
        let groups = (!self.by.is_empty()).then(|| groups(&threads, &self.by, &table));
        let mut prices = Prices::new(&table);
        let mut totals = Totals::default();
        let mut kept: Vec<UsageBuckets> = Vec::new();
        let mut threads = threads.into_iter().map(together).peekable();
        while threads.peek().is_some() {
            let part: Vec<Thread> = threads.by_ref().take(PART).collect();
            let keep = |buckets| kept.extend(self.cells.then_some(buckets));
            take(totals.price(part, &mut prices, keep))?;
        }
        let directories = self.directories.iter().map(|path| path.to_string_lossy().into_owned());
        let directories: Vec<String> = directories.collect();
        Ok(Report {
            codex_home: directories.first().cloned().unwrap_or_default(),
            codex_homes: None,
            from: Some(directories),
            pricing: totals.pricing(&table),
            totals: totals.usage,
            groups,
            cells: self.cells.then(|| cells_with(&kept, &table, Arc::clone)),
            skipped,
        })
    }

    /// Writes the answer as a JSON document, in pieces.
    ///
    /// # Errors
    ///
    /// Those of [`ExportsQuery::read`].
    pub fn document(&self, watch: &Watch) -> Result<Vec<Vec<u8>>> {
        let path = self.directories.first().map_or(Path::new(""), PathBuf::as_path);
        let failed = |failed| Error::io("write the bill of", path, failed);
        let mut document = Document::default();
        let report = self.read(watch, |threads| document.add(&threads).map_err(failed))?;
        document.finish(&report).map_err(failed)
    }

    fn threads(&self, watch: &Watch) -> Result<(Vec<ReadThread>, Vec<Skipped>)> {
        let mut files = Vec::new();
        let mut skipped = Vec::new();
        for directory in &self.directories {
            let found = find(directory)?;
            files.extend(found.files.into_iter().filter(|file| self.is_asked_for(file)));
            skipped.extend(found.skipped);
        }
        watch.add_work(files.len() as u64, files.iter().map(|file| file.size).sum());
        let mut threads = RowThreads::default();
        for chunk in chunks(&files) {
            let read = parallel::map(chunk, || (), |(), file| read(file, watch));
            for (file, content) in chunk.iter().zip(read) {
                watch.add_file();
                watch.add_bytes(file.size);
                let path: Arc<Path> = Arc::from(file.path.as_path());
                let mut add = |row: ReadRow| {
                    if self.takes(&row) {
                        threads.add(row, &path);
                    }
                };
                let added = match content {
                    Some(Ok(Content::Rows(rows))) => {
                        rows.into_iter().for_each(add);
                        Ok(())
                    }
                    Some(Ok(Content::Many(opened))) => read_again(file, opened, watch, &mut add),
                    Some(Err(error)) => Err(error),
                    None => {
                        let reason = "reading it failed unexpectedly";
                        Err(Error::invalid("read export", &file.path, reason))
                    }
                };
                match added {
                    Ok(()) => {}
                    Err(error) if error.is_cancelled() => return Err(error),
                    Err(error) => {
                        skipped.push(Skipped { path: file.path.clone(), reason: error.reason() });
                    }
                }
            }
        }
        let mut threads = threads.finish();
        if let Some(workspace) = &self.selection.began_in {
            threads.retain(|one| is_below(one.thread.workspace.as_deref(), workspace));
        }
        Ok((threads, skipped))
    }

    /// Tells whether some of a file's responses may be among those that are asked for. A day more on either side costs
    /// little.
    fn is_asked_for(&self, file: &ExportFile) -> bool {
        let day = file.day.signed_duration_since(NaiveDate::default()).num_days();
        let day_of = |ms: i64| ms.div_euclid(DAY_MS);
        self.selection.since_ms.is_none_or(|since| day >= day_of(since) - 1)
            && self.selection.until_ms.is_none_or(|until| day <= day_of(until) + 1)
    }

    fn takes(&self, row: &ReadRow) -> bool {
        let Selection { ran_in, since_ms, until_ms, .. } = &self.selection;
        let quarter = |ms: i64| ms.div_euclid(QUARTER_MS);
        since_ms.is_none_or(|since| quarter(row.at_ms) >= quarter(since))
            && until_ms.is_none_or(|until| quarter(row.at_ms) < quarter(until))
            && ran_in.as_ref().is_none_or(|ran| is_below(row.workspace.as_deref(), ran))
    }
}

/// Tells whether a path is the workspace or lies below it, as both are written.
fn is_below(path: Option<&str>, workspace: &Path) -> bool {
    path.is_some_and(|path| Path::new(path).starts_with(workspace))
}

/// Files that are read together.
fn chunks(files: &[ExportFile]) -> impl Iterator<Item = &[ExportFile]> {
    let mut rest = files;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = rest.iter().take(MAX_CHUNK_FILES).take_while(|file| {
            let is_first = bytes == 0;
            bytes += file.size;
            is_first || bytes <= MAX_CHUNK_BYTES
        });
        let (chunk, after) = rest.split_at(fits.count());
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// A thread with all that it was billed.
fn together(ReadThread { mut thread, parts }: ReadThread) -> Thread {
    for (_, buckets) in parts {
        thread.buckets.merge(buckets);
    }
    thread
}

fn groups(threads: &[ReadThread], by: &[GroupBy], prices: &PriceTable) -> Vec<Group> {
    let mut periods: Vec<Option<Periods>> = by
        .iter()
        .map(|by| match by {
            GroupBy::Period(period) => Some(Periods::new(*period)),
            _ => None,
        })
        .collect();
    let mut sums = Sums::new(prices);
    for ReadThread { thread, parts } in threads {
        for (origin, buckets) in parts {
            for (bucket, usage) in buckets.iter() {
                let names = by.iter().zip(&mut periods).map(|(by, periods)| match periods {
                    Some(periods) => periods.name(bucket.quarter),
                    None => name(by, thread, origin, bucket),
                });
                sums.add(names.collect(), &thread.thread_id, bucket, *usage);
            }
        }
    }
    sums.groups(by)
}

fn name(by: &GroupBy, thread: &Thread, origin: &Origin, bucket: &BucketKey) -> Option<Arc<str>> {
    match by {
        GroupBy::Thread => Some(Arc::from(thread.thread_id.as_str())),
        GroupBy::Workspace => bucket.workspace.clone(),
        GroupBy::Repository => origin.repo.clone(),
        GroupBy::Branch => origin.branch.clone(),
        GroupBy::Session => origin.session.clone(),
        GroupBy::Model => bucket.model.clone(),
        GroupBy::Tier => Some(Arc::from(bucket.tier.as_str())),
        GroupBy::Kind => Some(Arc::from(thread.kind.as_str())),
        GroupBy::Host => Some(Arc::clone(&origin.host)),
        GroupBy::Label(key) => origin.labels.get(&**key).cloned(),
        // The rows do not say the pull request; periods are named apart.
        GroupBy::PullRequest | GroupBy::Period(_) => None,
    }
}
