//! The policy of when a home is written down: as soon as that costs far less than what was read would cost again.

use std::time::{Duration, Instant};

/// Bytes that take longer to read again than to write down what was read.
const MUCH: u64 = 64 * 1024 * 1024;

/// Files that take longer to open again than to write down what was read.
const MANY: u64 = 1000;

/// The time after which a process writes down what it has read, however little it is: ten minutes of a busy home cost
/// the next process a few milliseconds.
const LONG: Duration = Duration::from_secs(10 * 60);

/// The work of reading since the home was written down.
#[derive(Debug, Default)]
pub(crate) struct SavePolicy {
    bytes: u64,
    files: u64,
    /// The first of it.
    since: Option<Instant>,
    /// Somebody is writing.
    is_being_saved: bool,
}

impl SavePolicy {
    /// Something was read.
    pub(crate) fn add(&mut self, files: u64, bytes: u64) {
        self.files += files;
        self.bytes += bytes;
        self.since.get_or_insert_with(Instant::now);
    }

    /// Tells whether it is worth to write it down, when that means to write down so many files.
    pub(crate) fn is_worth_it(&self, all_files: usize) -> bool {
        // The more there is to write, the more must have been read.
        let share = self.files >= MANY.max(all_files as u64 / 8);
        let much = self.bytes >= MUCH.max(all_files as u64 * 1024);
        let long = self.since.is_some_and(|since| since.elapsed() > LONG);
        !self.is_being_saved && (share || much || long)
    }

    /// Nothing is unsaved from now on, and somebody is writing.
    pub(crate) fn begin(&mut self) {
        *self = Self { is_being_saved: true, ..Self::default() };
    }

    /// Nobody is writing any more.
    pub(crate) fn end(&mut self) {
        self.is_being_saved = false;
    }
}
