//! Folds rollouts: one, some, or all of a home.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::codex_home::CodexHome;
use crate::error::{Error, Result};
use crate::rollout::compressed::Decompressed;
use crate::rollout::discover::{RolloutFile, Scope, Skipped, discover};
use crate::rollout::file_name::RolloutName;
use crate::rollout::lines::scan_lines;
use crate::rollout::open::{modified_ms, open_rollout};
use crate::store::parallel;
use crate::usage::fold::Fold;
use crate::usage::tree::FoldedRollout;

const OPERATION: &str = "read rollout";

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
    let found = discover(home, Scope::All)?;
    let mut scan = Scan { skipped: found.skipped, ..Scan::default() };
    let moved = scan_files(found.files, watch, &mut scan);
    // A rollout that went between the walk and the reading was archived, unarchived, compressed or deleted. Where it
    // was moved to, it is read now.
    if !moved.is_empty() {
        let again = discover(home, Scope::All)?.files;
        scan_files(
            again.into_iter().filter(|file| moved.contains(&file.stem)).collect(),
            watch,
            &mut scan,
        );
    }
    if watch.is_cancelled() {
        return Err(Error::cancelled("read Codex home", home.path()));
    }
    Ok(scan)
}

/// Folds `files` into `scan`; gives the stems of those that were not there any more.
pub fn scan_files(files: Vec<RolloutFile>, watch: &Watch, scan: &mut Scan) -> HashSet<String> {
    let bytes = files.iter().map(|file| file.size).sum();
    watch.files_total.fetch_add(files.len() as u64, Ordering::Relaxed);
    watch.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    let folds = parallel::map(&files, Vec::new, |buffer, file| {
        let fold = fold_rollout(file, buffer, watch);
        watch.files_done.fetch_add(1, Ordering::Relaxed);
        fold
    });
    scan.rollouts.reserve_exact(files.len());
    let mut gone = HashSet::new();
    for (file, fold) in files.into_iter().zip(folds) {
        match fold {
            Some(Ok(rollout)) => scan.rollouts.push(rollout),
            Some(Err(error)) if error.is_not_found() => {
                gone.insert(file.stem);
            }
            Some(Err(error)) => {
                scan.skipped.push(Skipped { path: file.path, reason: error.reason() });
            }
            None => {
                let reason = "reading it failed unexpectedly".to_owned();
                scan.skipped.push(Skipped { path: file.path, reason });
            }
        }
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
    let failed = |source| Error::io(OPERATION, &file.path, source);
    let (opened, metadata) = open_rollout(&file.path)?;
    let file =
        RolloutFile { size: metadata.len(), modified_ms: modified_ms(&metadata), ..file.clone() };
    let mut fold = Fold::new(RolloutName::parse_stem(&file.stem));
    let reader = Watched { reader: opened, watch };
    let scanned = if file.compressed {
        let text = Decompressed::new(reader, metadata.len()).map_err(failed)?;
        scan_lines(text, buffer, &mut fold)
    } else {
        scan_lines(reader, buffer, &mut fold)
    };
    fold.unterminated(&scanned.map_err(failed)?.rest);
    Ok(FoldedRollout { file, fold })
}

/// Counts what is read, and fails when the scan was cancelled.
struct Watched<'w, R> {
    reader: R,
    watch: &'w Watch,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.reader.read(buffer)?;
        self.watch.bytes_done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
