//! What was billed as plain files for many machines: one row for each response.
//!
//! ```text
//! DIR/day=2026-11-28/host=NAME/responses.ndjson.gz
//! ```
//!
//! A file holds the responses of one UTC day and one host, in the order of their times. It is written whole and put in
//! place by a rename. What an export finds is added to what an earlier one wrote: a rollout that was deleted meanwhile
//! keeps its rows.

pub mod checkpoint;
pub mod day_file;
pub mod options;
pub mod row;
pub mod sort;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::DateTime;

use crate::codec::{encode, stable_hash};
use crate::error::{Error, Result};
use crate::export::checkpoint::{Checkpoint, day_path};
use crate::export::day_file::Written;
use crate::export::options::Options;
use crate::export::row::{ThreadFacts, row};
use crate::export::sort::{Row, Sorter};
use crate::fs::atomic::make_private;
use crate::index::home::HomeStore;
use crate::index::query::bill::bill_in_parts;
use crate::index::query::responses::responses;
use crate::index::reading::progress::Watch;
use crate::ledger::threads::Thread;
use crate::rollout::file::Skipped;

/// A day in milliseconds.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How many threads are read for their responses at a time: enough to keep all processors busy, and few enough that a
/// thousand responses of each are not many megabytes.
const THREADS_AT_ONCE: usize = 64;

const WRITE: &str = "write export";

/// What an export did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The threads of the homes.
    pub threads: u64,
    /// Those of them that were looked at for their responses.
    pub threads_read: u64,
    /// Responses of these that lie in the range.
    pub responses: u64,
    /// The files that were written.
    pub written: Vec<PathBuf>,
    /// What could not be read, or counts already.
    pub skipped: Vec<Skipped>,
}

/// Writes what some homes were billed to `directory`, one row for each response. `facts` says what is known of a thread
/// beside its rollouts; `cache` is where the next export finds what this one did.
///
/// # Errors
///
/// When a home cannot be read, a file cannot be written, or the caller cancelled it. What was written by then is whole,
/// and the next export goes on from it.
pub fn export(
    homes: &[Arc<HomeStore>],
    directory: &Path,
    options: &Options,
    cache: Option<&Path>,
    facts: impl Fn(&Thread) -> ThreadFacts,
    watch: &Watch,
) -> Result<Exported> {
    let failed = |source| Error::io(WRITE, directory, source);
    make_private(directory).map_err(failed)?;
    let _turn = take_turns(directory, options).map_err(failed)?;
    let mut checkpoint = Checkpoint::load(cache, directory, options);
    let mut exported = Exported::default();
    let mut sorter = Sorter::new(directory);
    for home in homes {
        let mut changed: HashMap<String, u64> = HashMap::new();
        let skipped = bill_in_parts(home, watch, |part| {
            exported.threads += part.len() as u64;
            for thread in part {
                let hash = hash_of(&thread, &facts(&thread));
                if !thread.buckets.is_empty() && !checkpoint.has(&thread.thread_id, hash) {
                    changed.insert(thread.thread_id, hash);
                }
            }
            Ok(())
        })?;
        exported.skipped.extend(skipped);
        let ids: Vec<String> = changed.keys().cloned().collect();
        for some in ids.chunks(THREADS_AT_ONCE) {
            let listed = responses(home, some, watch)?;
            exported.skipped.extend(listed.skipped);
            for thread in &listed.threads {
                exported.threads_read += 1;
                let facts = facts(thread);
                for response in thread.buckets.responses() {
                    let day = response.at_ms.div_euclid(DAY_MS);
                    if options.since_day.is_some_and(|since| day < since) {
                        continue;
                    }
                    if let Some(row) = row(thread, &facts, response, options) {
                        exported.responses += 1;
                        sorter.push(row).map_err(failed)?;
                    }
                }
                if let Some(hash) = changed.get(&thread.thread_id) {
                    checkpoint.add_thread(&thread.thread_id, *hash);
                }
            }
        }
    }
    write_days(sorter, directory, options, &mut checkpoint, &mut exported)?;
    checkpoint.save(cache, directory, options);
    Ok(exported)
}

fn write_days(
    sorter: Sorter,
    directory: &Path,
    options: &Options,
    checkpoint: &mut Checkpoint,
    exported: &mut Exported,
) -> Result<()> {
    let failed = |source| Error::io(WRITE, directory, source);
    let mut rows = sorter.finish().map_err(failed)?.peekable();
    while let Some(first) = rows.peek() {
        let day = match first {
            Ok(row) => row.at_ms.div_euclid(DAY_MS),
            Err(_) => match rows.next() {
                Some(Err(source)) => return Err(failed(source)),
                _ => continue,
            },
        };
        let Some(name) = DateTime::from_timestamp_millis(day * DAY_MS) else { continue };
        let name = name.format("%Y-%m-%d").to_string();
        let path = day_path(directory, &name, options);
        let is_of_day = |row: &io::Result<Row>| {
            row.as_ref().map_or(true, |row| row.at_ms.div_euclid(DAY_MS) == day)
        };
        let of_day = std::iter::from_fn(|| rows.next_if(is_of_day));
        if day_file::add(&path, of_day)? == Written::Anew {
            exported.written.push(path);
        }
        checkpoint.add_day(directory, &name, options);
    }
    Ok(())
}

/// What decides the rows of a thread, as a hash.
fn hash_of(thread: &Thread, facts: &ThreadFacts) -> u64 {
    let Thread { thread_id, parent_thread_id, kind, cli_version, buckets, .. } = thread;
    stable_hash(&(thread_id, parent_thread_id, kind.as_str(), cli_version, encode(buckets), facts))
}

/// Waits until no other export of this host writes to `directory`; it is this one's turn until the file is closed.
fn take_turns(directory: &Path, options: &Options) -> io::Result<File> {
    let path = directory.join(format!(".host={}.lock", options.host()));
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}
