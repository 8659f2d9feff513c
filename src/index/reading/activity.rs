//! The activity of threads, remembered: a turn may go on for megabytes, and nobody reads these again to learn that it
//! does.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use crate::error::{Error, Result};
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::open::open_rollout;
use crate::index::lru::{Lru, locked};
use crate::rollout::activity::{Activity, End, read_end};
use crate::rollout::name::RolloutName;
use crate::rollout::record::recover::records;

/// The number of rollouts that are followed: more sessions than an orchestrator runs at once.
const MAX_FOLLOWED: usize = 256;

/// A rollout whose last record is longer is not followed: the record would have to be kept, in bytes.
const MAX_LAST: usize = 256 * 1024;

/// The most appended bytes that are read from where the last reading stopped; more are read from their end.
const MAX_FOLLOWED_BYTES: u64 = 4 * 1024 * 1024;

/// A rollout with a lock of its own: whoever asks for the same waits.
type Followed = Arc<Mutex<Option<Follower>>>;

static FOLLOWED: LazyLock<Mutex<Lru<PathBuf, Followed>>> =
    LazyLock::new(|| Mutex::new(Lru::new(MAX_FOLLOWED)));

/// The activity of a thread, by the end of its rollout; `None` when the file is not there.
///
/// # Errors
///
/// When the file cannot be read.
pub fn activity_of(path: &Path) -> Result<Option<Activity>> {
    let followed = locked(&FOLLOWED).get_or_insert_with(path.to_owned(), Arc::default);
    let mut followed = locked(&followed);
    match follow(followed.take(), path) {
        Ok(found) => {
            let activity = found.activity.clone();
            *followed = Some(found).filter(|found| found.last.bytes.len() <= MAX_LAST);
            Ok(Some(activity))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn follow(before: Option<Follower>, path: &Path) -> Result<Follower> {
    let began = Timestamp::now();
    let (opened, metadata) = open_rollout(path)?;
    let stamp = FileStamp::of(&metadata);
    let is_racy = stamp.is_racy(began);
    let name = path.file_name().and_then(|name| name.to_str()).and_then(RolloutName::parse);
    let compressed = name.is_some_and(|name| name.compressed);
    if let Some(before) = before {
        if before.stamp == stamp && !before.is_racy {
            return Ok(before);
        }
        let failed = |source| Error::io("read the end of rollout", path, source);
        if !compressed && let Some(bytes) = before.unread(&opened, &stamp).map_err(failed)? {
            return Ok(before.go_on(&bytes, stamp, is_racy));
        }
    }
    let lines = read_end(path, compressed)?;
    let (start, last) = match lines.split_last() {
        Some((last, start)) => {
            (End::of(start), Last { at: last.offset, bytes: last.bytes.clone() })
        }
        None => (End::default(), Last { at: 0, bytes: Vec::new() }),
    };
    let mut end = start.clone();
    end.read(&last.bytes);
    let activity = end.activity(stamp.modified.ms(), stamp.size);
    Ok(Follower { stamp, is_racy, start, last, activity })
}

/// A rollout that is followed.
#[derive(Debug)]
struct Follower {
    stamp: FileStamp,
    is_racy: bool,
    /// The activity by the records before the last one: that one may not have been written to its end.
    start: End,
    last: Last,
    activity: Activity,
}

/// The last record: while it is where it was, nothing before it is another.
#[derive(Debug)]
struct Last {
    at: u64,
    bytes: Vec<u8>,
}

impl Follower {
    /// The bytes from the last record on, if the rollout has only grown.
    fn unread(&self, file: &File, now: &FileStamp) -> io::Result<Option<Vec<u8>>> {
        let length = now.size.saturating_sub(self.last.at);
        let grown = self.stamp == *now || now.may_have_grown_from(&self.stamp);
        if !grown || length > MAX_FOLLOWED_BYTES {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut file = file;
        file.seek(SeekFrom::Start(self.last.at))?;
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes.starts_with(&self.last.bytes).then_some(bytes))
    }

    fn go_on(self, bytes: &[u8], stamp: FileStamp, is_racy: bool) -> Self {
        let Self { start: mut end, last: Last { at, .. }, .. } = self;
        let (mut start, mut last) = (end.clone(), Last { at, bytes: Vec::new() });
        let mut offset = at;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = line.trim_ascii_end();
            for (at, record) in records(text) {
                start = end.clone();
                last = Last { at: offset + at as u64, bytes: record.to_vec() };
                end.read(record);
            }
            offset += line.len() as u64;
        }
        let activity = end.activity(stamp.modified.ms(), stamp.size);
        Self { stamp, is_racy, start, last, activity }
    }
}
