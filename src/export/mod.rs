//! The export of billed usage to files for many machines: one row for each response.
//!
//! ```text
//! DIR/day=2026-11-28/host=NAME/responses.ndjson.gz
//! ```
//!
//! A file holds the responses of one UTC day and one host, in the order of their times. It is written whole and put in
//! place by a rename. What an export finds is added to what an earlier one wrote: a rollout that was deleted meanwhile
//! keeps its rows.

pub mod day_file;
pub mod export_cache;
pub mod exported;
mod intake;
mod merge;
pub mod options;
pub mod ordered;
pub mod reading;
pub mod row;
pub mod sort;
mod turn;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;

use crate::error::{Error, Result};
use crate::export::day_file::Written;
use crate::export::export_cache::{ExportCache, day_path};
use crate::export::exported::Exported;
use crate::export::intake::Intake;
use crate::export::options::{DAY_MS, Options};
use crate::export::row::ThreadFacts;
use crate::export::sort::Sorted;
use crate::export::turn::take_turns;
use crate::fs::atomic::make_private;
use crate::fs::parallel;
use crate::index::home::HomeStore;
use crate::index::reading::progress::Watch;
use crate::ledger::threads::Thread;

const WRITE: &str = "write export";

/// The time that an export waits for another of its host: longer than the first one of a hundred gigabytes takes.
const MAX_WAIT: Duration = Duration::from_secs(300);

/// Writes what some homes were billed to `directory`, one row for each response. `facts` says what is known of a thread
/// beside its rollouts; in `cache_directory` the next export finds what this one did.
///
/// # Errors
///
/// When a home cannot be read, a file cannot be written, another export of this host does not end, or the caller
/// cancelled it. What was written by then is whole, and the next export goes on from it.
pub fn export(
    homes: &[Arc<HomeStore>],
    directory: &Path,
    options: &Options,
    cache_directory: Option<&Path>,
    facts: impl Fn(&Thread) -> ThreadFacts + Sync,
    watch: &Watch,
) -> Result<Exported> {
    let failed = |source| Error::io(WRITE, directory, source);
    make_private(directory).map_err(failed)?;
    let _turn = take_turns(directory, options.host(), MAX_WAIT, watch)?;
    let mut cache = ExportCache::load(cache_directory, directory, options);
    let mut exported = Exported::default();
    let mut intake = Intake::new(options, facts, directory);
    for home in homes {
        intake.read(home, &mut cache, &mut exported, watch)?;
    }
    let rows = intake.into_sorted().map_err(failed)?;
    write_days(&rows, directory, options, watch, &mut cache, &mut exported)?;
    cache.save(cache_directory, directory, options);
    Ok(exported)
}

/// Writes the files of several days at a time: to compress one takes longer than anything else.
fn write_days(
    rows: &Sorted,
    directory: &Path,
    options: &Options,
    watch: &Watch,
    cache: &mut ExportCache,
    exported: &mut Exported,
) -> Result<()> {
    let failed = |source| Error::io(WRITE, directory, source);
    let day_of = |day: i64| Some((day, DateTime::from_timestamp_millis(day * DAY_MS)?));
    let named = |(day, at): (i64, DateTime<_>)| (day, at.format("%Y-%m-%d").to_string());
    let days: Vec<_> = rows.days().into_iter().filter_map(day_of).map(named).collect();
    let write = |(): &mut (), (day, name): &(i64, String)| {
        if watch.is_cancelled() {
            return Err(Error::cancelled(WRITE, directory));
        }
        let mut of_day = rows.rows_of(*day).map_err(failed)?.peekable();
        if of_day.peek().is_none() {
            return Ok(Written::Unchanged);
        }
        day_file::add(&day_path(directory, name, options), of_day)
    };
    let written = parallel::map(&days, || (), write);
    for ((_, name), written) in days.iter().zip(written) {
        let crashed = || Error::invalid(WRITE, directory, "a day's file failed unexpectedly");
        if written.unwrap_or_else(|| Err(crashed()))? == Written::Anew {
            exported.written.push(day_path(directory, name, options));
        }
        cache.add_day(directory, name, options);
    }
    Ok(())
}
