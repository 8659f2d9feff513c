//! A rollout as a file: where it lies, in which form, and what the system says of it.

use std::cmp::Ordering;
use std::path::PathBuf;

use crate::rollout::name::RolloutName;

/// A rollout that was found, and what the directory says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutFile {
    /// Its path.
    pub path: PathBuf,
    /// Its name without `.jsonl` and `.zst`.
    pub stem: String,
    /// True if it lies in `archived_sessions/`.
    pub archived: bool,
    /// True if it is a `.jsonl.zst`.
    pub compressed: bool,
    /// Bytes on disk.
    pub size: u64,
    /// The last write, in milliseconds since 1970.
    pub modified_ms: i64,
    /// The time when its last record was written, in milliseconds since 1970, where that was read and the record says
    /// it.
    pub last_record_ms: Option<i64>,
}

impl RolloutFile {
    /// The thread that the file's name carries; the whole stem where it has another form.
    #[must_use]
    pub fn thread_id(&self) -> &str {
        RolloutName::parse_stem(&self.stem).unwrap_or(&self.stem)
    }

    /// The time when something last happened to the thread, in milliseconds since 1970: a copy has another time than
    /// its original, and the same records. The file's time stands in where no record has one.
    #[must_use]
    pub fn updated_ms(&self) -> i64 {
        self.last_record_ms.unwrap_or(self.modified_ms)
    }
}

/// A file or directory that was passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// The reason why it does not count, in words for a person.
    pub reason: String,
}

/// The order of rollouts by their last records; between equal times the files' decide, and at last the paths.
#[must_use]
pub fn newest_first(a: &RolloutFile, b: &RolloutFile) -> Ordering {
    let times = |file: &RolloutFile| (file.updated_ms(), file.modified_ms);
    times(b).cmp(&times(a)).then_with(|| b.path.cmp(&a.path))
}
