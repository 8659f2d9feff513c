//! What a caller sees of a scan while it runs, and how it stops one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
