//! The directories that are watched where the system does not let all be.
//!
//! Those that hold nothing are left out, but the days around today. A rollout comes to another day only by hand or out
//! of the archive, which tells that one has left it; else the walk of every minute finds it there.

use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};

use crate::index::catalog::list::MAX_DEPTH;
use crate::index::catalog::tree::{Directory, Tree};

/// Codex names a day by the time of its place, and a minute may lie on both sides of midnight.
const DAYS_AROUND: u64 = 2;

/// The directories of a walk that need not be watched.
#[derive(Debug, Default)]
pub struct Sparing {
    /// True for each directory that is left out, by its place in the tree.
    left_out: Vec<bool>,
}

impl Sparing {
    /// Those that are left out of a tree as it is known now.
    #[must_use]
    pub fn of(tree: &Tree) -> Self {
        let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
        let left_out =
            tree.directories.iter().map(|one| is_empty(one) && !is_near(&one.path, today));
        Self { left_out: left_out.collect() }
    }

    /// Tells whether a directory is left out.
    #[must_use]
    pub fn leaves_out(&self, at: usize) -> bool {
        self.left_out.get(at).copied().unwrap_or_default()
    }

    /// Tells whether something has come to one that was left out.
    #[must_use]
    pub fn has_missed(&self, tree: &Tree) -> bool {
        let left_out =
            tree.directories.iter().zip(&self.left_out).filter(|(_, left_out)| **left_out);
        left_out.into_iter().any(|(directory, _)| !is_empty(directory))
    }
}

/// Tells whether it is one of the lowest, is known, and holds nothing.
fn is_empty(directory: &Directory) -> bool {
    directory.depth == MAX_DEPTH
        && directory.is_known
        && directory.unreadable.is_none()
        && directory.files.is_empty()
        && directory.skipped.is_empty()
}

/// Tells whether a path ends with a day around today.
fn is_near(path: &Path, today: NaiveDate) -> bool {
    let mut names = path.components().rev().map(|one| one.as_os_str().to_str());
    let mut number = || names.next()??.parse::<u32>().ok();
    let (day, month, year) = (number(), number(), number());
    let date = || NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?);
    date().is_some_and(|date| {
        date.signed_duration_since(today).num_days().unsigned_abs() <= DAYS_AROUND
    })
}
