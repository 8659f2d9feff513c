//! The watch that a caller keeps over a running scan, to see its progress and to stop it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The watch over a running scan: it shows the progress, and stops the scan.
#[derive(Debug, Default)]
pub struct Watch {
    cancelled: AtomicBool,
    files_done: AtomicU64,
    files_total: AtomicU64,
    bytes_done: AtomicU64,
    bytes_total: AtomicU64,
}

/// The progress of a scan.
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

    /// Tells whether the scan was asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Rollouts that are to be read, and their bytes as stored.
    pub fn add_work(&self, files: u64, bytes: u64) {
        self.files_total.fetch_add(files, Ordering::Relaxed);
        self.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A rollout was read.
    pub fn add_file(&self) {
        self.files_done.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes were read, as stored.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The progress of the scan.
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
