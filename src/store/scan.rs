//! Folds rollouts: one, some, or all of a home.

use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::codex_home::CodexHome;
use crate::error::{Error, Result};
use crate::rollout::compressed::Decompressed;
use crate::rollout::discover::{RolloutFile, Scope, Skipped, newest_first};
use crate::rollout::file_name::RolloutName;
use crate::rollout::lines::scan_lines;
use crate::rollout::open::{modified_ms, open_rollout};
use crate::store::parallel;
use crate::store::settled::{Gone, read_settled};
use crate::usage::fold::Fold;
use crate::usage::tree::FoldedRollout;

const OPERATION: &str = "read rollout";

/// How often a rollout that becomes shorter while it is read is looked at again.
const MAX_SHRUNK: u32 = 8;

/// What a caller sees of a scan while it runs, and how it stops one.
#[derive(Debug, Default)]
pub struct Watch {
    cancelled: AtomicBool,
    files_done: AtomicU64,
    files_total: AtomicU64,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rollouts that were read.
    pub files_done: u64,
    /// Rollouts to read.
    pub files_total: u64,
    /// Bytes that were read, as stored.
    pub bytes_done: u64,
    /// Bytes to read, as stored.
    pub bytes_total: u64,
}

impl Watch {
    /// Ends the scan at the next opportunity.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the scan was asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// How far the scan is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            files_done: self.files_done.load(Ordering::Relaxed),
            files_total: self.files_total.load(Ordering::Relaxed),
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
        }
    }
}

/// What a scan read.
#[derive(Debug, Default, Clone)]
pub struct Scan {
    /// The rollouts, newest first.
    pub rollouts: Vec<FoldedRollout>,
    /// What could not be read.
    pub skipped: Vec<Skipped>,
}

/// Folds every rollout of a home.
///
/// # Errors
///
/// When the home cannot be read, or the scan was cancelled.
pub fn scan_home(home: &CodexHome, watch: &Watch) -> Result<Scan> {
    let cancelled = || Error::cancelled("read Codex home", home.path());
    if watch.is_cancelled() {
        return Err(cancelled());
    }
    let mut scan = Scan::default();
    let skipped = read_settled(home, Scope::All, |files| scan_files(files, watch, &mut scan))?;
    if watch.is_cancelled() {
        return Err(cancelled());
    }
    scan.skipped.extend(skipped);
    scan.skipped.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    scan.rollouts.sort_by(|a, b| newest_first(&a.file, &b.file));
    Ok(scan)
}

/// Folds `files` into `scan`; gives those that were not there any more. Of a scan that is cancelled nothing is kept.
pub fn scan_files(files: Vec<RolloutFile>, watch: &Watch, scan: &mut Scan) -> Gone {
    let bytes = files.iter().map(|file| file.size).sum();
    watch.files_total.fetch_add(files.len() as u64, Ordering::Relaxed);
    watch.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    let folds = parallel::map(&files, Vec::new, |buffer, file| {
        if watch.is_cancelled() {
            return Err(Error::cancelled(OPERATION, &file.path));
        }
        let fold = fold_rollout(file, buffer, watch);
        watch.files_done.fetch_add(1, Ordering::Relaxed);
        fold
    });
    scan.rollouts.reserve_exact(files.len());
    let mut gone = Gone::new();
    for (file, fold) in files.into_iter().zip(folds) {
        let reason = match fold {
            Some(Ok(rollout)) => {
                scan.rollouts.push(rollout);
                continue;
            }
            Some(Err(error)) if error.is_not_found() => {
                gone.insert(file.stem, file.path);
                continue;
            }
            Some(Err(error)) if error.is_cancelled() => return Gone::new(),
            Some(Err(error)) => error.reason(),
            None => "reading it failed unexpectedly".to_owned(),
        };
        scan.skipped.push(Skipped { path: file.path, reason });
    }
    gone
}

/// Folds one rollout by its path.
///
/// # Errors
///
/// When it cannot be read, or its name is no rollout's.
pub fn scan_rollout(path: &Path) -> Result<FoldedRollout> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(RolloutName::parse);
    let Some(name) = name else {
        return Err(Error::invalid(
            OPERATION,
            path,
            "its name does not end in .jsonl or .jsonl.zst",
        ));
    };
    let file = RolloutFile {
        path: path.to_owned(),
        stem: name.stem.to_owned(),
        archived: path.parent().is_some_and(|dir| dir.ends_with("archived_sessions")),
        compressed: name.compressed,
        size: 0,
        modified_ms: 0,
    };
    fold_rollout(&file, &mut Vec::new(), &Watch::default())
}

fn fold_rollout(file: &RolloutFile, buffer: &mut Vec<u8>, watch: &Watch) -> Result<FoldedRollout> {
    for _ in 0..MAX_SHRUNK {
        if let Some(folded) = fold_once(file, buffer, watch)? {
            return Ok(folded);
        }
    }
    let reason = io::Error::other("it becomes shorter while it is read");
    Err(Error::io(OPERATION, &file.path, reason))
}

/// Folds a rollout as it is at this moment; `None` when it became shorter meanwhile, so that what was read is neither
/// what it was nor what it is.
fn fold_once(
    file: &RolloutFile,
    buffer: &mut Vec<u8>,
    watch: &Watch,
) -> Result<Option<FoldedRollout>> {
    let failed = |source| Error::io(OPERATION, &file.path, source);
    let (opened, metadata) = open_rollout(&file.path)?;
    let file =
        RolloutFile { size: metadata.len(), modified_ms: modified_ms(&metadata), ..file.clone() };
    let mut fold = Box::new(Fold::new(RolloutName::parse_stem(&file.stem)));
    let mut read = 0;
    // What is appended from here on is left to the next look: size, time and sum are those of one moment.
    let reader = Watched { reader: opened.take(file.size), watch, read: &mut read };
    let scanned = if file.compressed {
        let text = Decompressed::new(reader, file.size).map_err(failed)?;
        scan_lines(text, buffer, &mut *fold)
    } else {
        scan_lines(reader, buffer, &mut *fold)
    };
    fold.unterminated(&scanned.map_err(failed)?.rest);
    fold.close();
    Ok((read == file.size).then_some(FoldedRollout { file, fold }))
}

/// Counts what is read, and fails when the scan was cancelled.
struct Watched<'w, R> {
    reader: R,
    watch: &'w Watch,
    read: &'w mut u64,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.reader.read(buffer)?;
        self.watch.bytes_done.fetch_add(read as u64, Ordering::Relaxed);
        *self.read += read as u64;
        Ok(read)
    }
}
