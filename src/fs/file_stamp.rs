//! The stamp of a file: what the system says of it without reading it, to compare with what it said before.
//!
//! Device, inode, size and time of the last write can all be brought back to what they were; the time of the last
//! change (`ctime`) cannot be set, and tells. Where there is none, as on Windows, the rest has to do.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::fs::open::LAST_MS;

/// The time after a change in which another one may get the same stamp, in milliseconds: the system's clock ticks every
/// 10 at worst. What was read so soon after a change may have changed once more without a sign.
const RACY_WINDOW_MS: u64 = 20;

/// A time, as a file system writes it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp {
    /// Since 1970.
    pub seconds: i64,
    /// Beyond the seconds.
    pub nanos: u64,
}

impl Timestamp {
    /// Now.
    #[must_use]
    pub fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        Self { seconds, nanos: now.subsec_nanos().into() }
    }

    /// In milliseconds since 1970, cut off as [`crate::fs::open::modified_ms`] does.
    #[must_use]
    pub fn ms(self) -> i64 {
        let beyond = i64::try_from(self.nanos / 1_000_000).unwrap_or_default();
        self.seconds.saturating_mul(1000).saturating_add(beyond).clamp(-LAST_MS, LAST_MS)
    }
}

/// The stamp of a file: equal stamps mean that nothing in it has changed, unless it is [racy](FileStamp::is_racy).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// The file system.
    pub device: u64,
    /// The file in it.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// The last write, as far as nobody says otherwise.
    pub modified: Timestamp,
    /// The last change of anything.
    pub changed: Timestamp,
}

impl FileStamp {
    /// The stamp in `metadata`.
    #[cfg(unix)]
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let timestamp = |seconds, nanos: i64| Timestamp { seconds, nanos: nanos.unsigned_abs() };
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: timestamp(metadata.mtime(), metadata.mtime_nsec()),
            changed: timestamp(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp in `metadata`; the time of creation stands for the inode.
    #[cfg(not(unix))]
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let timestamp = |time: std::io::Result<SystemTime>| {
            let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let since = since.unwrap_or_default();
            let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
            Timestamp { seconds, nanos: since.subsec_nanos().into() }
        };
        let (modified, created) = (timestamp(metadata.modified()), timestamp(metadata.created()));
        Self {
            device: 0,
            inode: created.seconds.unsigned_abs() ^ created.nanos.rotate_left(32),
            size: metadata.len(),
            modified,
            changed: modified,
        }
    }

    /// Tells that the file was read so soon after it changed that another change may have left the same stamp: the racy
    /// entry of git's index.
    #[must_use]
    pub fn is_racy(&self, read: Timestamp) -> bool {
        read.ms().abs_diff(self.changed.ms()) <= RACY_WINDOW_MS
    }

    /// Tells that it is the same file, and may only have grown since it was `before`.
    #[must_use]
    pub fn may_have_grown_from(&self, before: &Self) -> bool {
        self.device == before.device && self.inode == before.inode && self.size > before.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::open::modified_ms;
    use std::fs::{self, File};
    use std::time::Duration;

    #[test]
    fn milliseconds_are_those_of_the_walk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for time in [
            UNIX_EPOCH + Duration::from_micros(1_767_373_103_100_999),
            UNIX_EPOCH - Duration::from_micros(1_500_500),
            UNIX_EPOCH,
        ] {
            File::create(&path).unwrap().set_modified(time).unwrap();
            let metadata = fs::metadata(&path).unwrap();
            assert_eq!(FileStamp::of(&metadata).modified.ms(), modified_ms(&metadata));
        }
    }

    #[test]
    fn what_was_read_in_the_window_of_its_last_change_is_racy() {
        let changed = Timestamp { seconds: 100, nanos: 500_000_000 };
        let stamp = FileStamp { changed, ..FileStamp::default() };
        let later = |ms| Timestamp { nanos: changed.nanos + ms * 1_000_000, ..changed };
        assert!(stamp.is_racy(later(0)));
        assert!(stamp.is_racy(later(RACY_WINDOW_MS)));
        assert!(!stamp.is_racy(later(RACY_WINDOW_MS + 1)));
    }
}
