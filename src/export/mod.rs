//! The export of billed usage to files for many machines: one row for each response.
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
pub mod exported;
mod intake;
pub mod options;
pub mod reading;
pub mod row;
pub mod sort;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;

use crate::error::{Error, Result};
use crate::export::checkpoint::{Checkpoint, day_path};
use crate::export::day_file::Written;
use crate::export::exported::Exported;
use crate::export::intake::Intake;
use crate::export::options::{DAY_MS, Options};
use crate::export::row::ThreadFacts;
use crate::export::sort::{Merged, Row};
use crate::fs::atomic::make_private;
use crate::index::home::HomeStore;
use crate::index::reading::progress::Watch;
use crate::ledger::threads::Thread;

const WRITE: &str = "write export";

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
    facts: impl Fn(&Thread) -> ThreadFacts + Sync,
    watch: &Watch,
) -> Result<Exported> {
    let failed = |source| Error::io(WRITE, directory, source);
    make_private(directory).map_err(failed)?;
    let _turn = take_turns(directory, options).map_err(failed)?;
    let mut checkpoint = Checkpoint::load(cache, directory, options);
    let mut exported = Exported::default();
    let mut intake = Intake::new(options, facts, directory);
    for home in homes {
        intake.read(home, &mut checkpoint, &mut exported, watch)?;
    }
    let (sorter, sources) = intake.into_sorted();
    let rows = sorter.finish(sources).map_err(failed)?;
    write_days(rows, directory, options, &mut checkpoint, &mut exported)?;
    checkpoint.save(cache, directory, options);
    Ok(exported)
}

fn write_days(
    rows: Merged,
    directory: &Path,
    options: &Options,
    checkpoint: &mut Checkpoint,
    exported: &mut Exported,
) -> Result<()> {
    let failed = |source| Error::io(WRITE, directory, source);
    let mut rows = rows.peekable();
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

/// Waits until no other export of this host writes to `directory`; it is this one's turn until the file is closed.
fn take_turns(directory: &Path, options: &Options) -> io::Result<File> {
    let path = directory.join(format!(".host={}.lock", options.host()));
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}
