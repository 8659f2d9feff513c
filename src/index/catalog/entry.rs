//! One file with a rollout's name: where it is, what the system last said of it, and what was learned from reading it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::codec::{Codec, Decoder, Encoder};
use crate::fs::file_stamp::FileStamp;
use crate::index::reading::cached::Cached;
use crate::index::reading::heads::{Head, ThreadHead};
use crate::rollout::file::RolloutFile;

/// The number under which an entry is kept. A number is used again when its file is gone.
pub type Slot = u32;

/// A file with a rollout's name.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Entry {
    /// Tells it from an entry that had the same slot before.
    pub born: u64,
    /// The directory, by its place in the tree.
    pub directory: usize,
    /// Its name there.
    pub name: Arc<str>,
    /// True if it lies in `archived_sessions/`.
    pub archived: bool,
    /// Its stamp, as the system gave it last.
    pub stamp: FileStamp,
    /// True if it has other names, through which it can be written without a sign here.
    pub is_linked: bool,
    /// True if another form of the rollout is the one that counts.
    pub is_shadowed: bool,
    /// Tells that something may have been written since the stamp was taken.
    pub is_stale: bool,
    /// Its head.
    pub head: Head,
    /// Tells that the file may have changed since its head was read without another stamp.
    pub is_head_racy: bool,
    /// The time when its last record was written.
    pub last_record: LastRecord,
    /// Its fold.
    pub fold: Cached,
}

/// The time of the last record of a file, as far as it was read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum LastRecord {
    /// It was not, or the file has changed since.
    #[default]
    Unread,
    /// It was: in milliseconds since 1970, if the record says so.
    Read(Option<i64>),
}

impl LastRecord {
    /// The time, if it is known.
    #[must_use]
    pub fn ms(self) -> Option<i64> {
        match self {
            Self::Unread => None,
            Self::Read(ms) => ms,
        }
    }
}

impl Entry {
    /// The name without `.jsonl` and `.zst`.
    #[must_use]
    pub fn stem(&self) -> &str {
        stem_of(&self.name)
    }

    /// Tells whether it is a `.jsonl.zst`.
    #[must_use]
    pub fn is_compressed(&self) -> bool {
        is_compressed(&self.name)
    }

    /// The rollout, as the walk describes it.
    #[must_use]
    pub fn file(&self, directory: &Path) -> RolloutFile {
        self.as_of(&self.stamp, self.last_record.ms()).file(directory)
    }

    /// The rollout, as it was when it had this stamp.
    #[must_use]
    pub(crate) fn as_of(&self, stamp: &FileStamp, last_record_ms: Option<i64>) -> NamedFile {
        NamedFile {
            directory: self.directory,
            name: Arc::clone(&self.name),
            archived: self.archived,
            size: stamp.size,
            modified_ms: stamp.modified.ms(),
            last_record_ms,
        }
    }

    /// Takes the stamp that the file has now, and tells whether it is another one. What was learned from other bytes is
    /// kept only to go on from.
    pub fn update_stamp(&mut self, now: FileStamp, is_linked: bool) -> bool {
        self.is_linked = is_linked;
        let has_changed = self.stamp != now;
        if has_changed {
            self.stamp = now;
            self.head.outdate();
            self.last_record = LastRecord::Unread;
        }
        has_changed
    }

    /// Tells whether its head has to be read.
    #[must_use]
    pub fn needs_head(&self) -> bool {
        matches!(self.head, Head::Unread | Head::Outdated(_) | Head::Forgotten)
    }

    /// The thread as its head shows it, if that was read.
    #[must_use]
    pub fn thread_head(&self, directory: &Path) -> Option<ThreadHead> {
        let (Head::Read(facts) | Head::Outdated(facts)) = &self.head else { return None };
        Some(ThreadHead { file: self.file(directory), facts: (**facts).clone() })
    }

    /// Notes that something may have been written since the stamp was taken.
    pub fn mark_stale(&mut self) {
        self.is_stale = true;
        if self.is_head_racy {
            self.head.outdate();
            self.last_record = LastRecord::Unread;
        }
    }

    /// Tells whether nothing is known of its records.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        matches!(self.fold, Cached::Nothing)
    }

    /// Tells whether its fold has to be brought up to date.
    #[must_use]
    pub fn is_unfolded(&self) -> bool {
        match &self.fold {
            Cached::Nothing => true,
            Cached::Folded(cached) => {
                cached.checkpoint.stamp != self.stamp
                    || (self.is_stale && cached.checkpoint.is_racy)
            }
            Cached::Broken(broken) => broken.stamp != self.stamp,
        }
    }
}

/// A rollout of a directory, as the walk describes it, in little room.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    /// The directory, by its place in the tree.
    pub(crate) directory: usize,
    name: Arc<str>,
    archived: bool,
    size: u64,
    modified_ms: i64,
    last_record_ms: Option<i64>,
}

impl NamedFile {
    /// Its name without the extensions.
    pub(crate) fn stem(&self) -> &str {
        stem_of(&self.name)
    }

    /// The rollout in the directory of this path.
    pub(crate) fn file(&self, directory: &Path) -> RolloutFile {
        RolloutFile {
            path: in_directory(directory, &self.name),
            stem: stem_of(&self.name).to_owned(),
            archived: self.archived,
            compressed: is_compressed(&self.name),
            size: self.size,
            modified_ms: self.modified_ms,
            last_record_ms: self.last_record_ms,
        }
    }
}

/// The ending of a compressed rollout.
const COMPRESSED: &str = ".zst";

fn stem_of(name: &str) -> &str {
    let plain = name.strip_suffix(COMPRESSED).unwrap_or(name);
    plain.strip_suffix(".jsonl").unwrap_or(plain)
}

fn is_compressed(name: &str) -> bool {
    name.ends_with(COMPRESSED)
}

/// Joins as `join` does, without the second allocation that it takes for a name behind a path.
fn in_directory(directory: &Path, name: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(directory.as_os_str().len() + 1 + name.len());
    path.push(directory);
    path.push(name);
    path
}

impl Codec for LastRecord {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Self::Unread => None,
            Self::Read(ms) => Some(*ms),
        }
        .encode(encoder);
    }

    fn decode(decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Option::decode(decoder)?.map_or(Self::Unread, Self::Read))
    }
}
