//! Folds a rollout as it is now: goes on where the last refresh stopped if only something was appended, else reads it
//! anew.
//!
//! That nothing but the end changed cannot be known without reading everything. What is asked instead: is it the same
//! file, is it longer than it was, and are the bytes at its beginning and those before the place where the last refresh
//! stopped the same? Whatever replaces or rewrites a rollout changes one of these.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::thread;
use std::time::Duration;

use crate::codec::{codec_fields, crc32};
use crate::error::{Error, Result};
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::open::open_rollout;
use crate::index::reading::progress::Watch;
use crate::ledger::fold::Fold;
use crate::rollout::file::RolloutFile;
use crate::rollout::lines::{make_room, scan_lines};
use crate::rollout::name::RolloutName;
use crate::rollout::record::parse;
use crate::rollout::zstd::Decompressed;

const OPERATION: &str = "read rollout";

/// The most attempts to read a rollout that becomes shorter meanwhile.
const MAX_SHRUNK: u32 = 16;

/// The time by which each such wait is longer than the one before: whoever writes gets on meanwhile.
const MORE_PATIENCE: Duration = Duration::from_micros(100);

/// Bytes at the beginning, and before the offset of a checkpoint, that its fingerprint is made of.
const FINGERPRINTED: usize = 4096;

/// A rollout that is not longer than this is read anew when it may have been rewritten without a sign, in bytes; of a
/// longer one the fingerprint is compared.
const MAX_RACY: u64 = 16 * 1024 * 1024;

/// The byte offset and stamp up to which a rollout was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file as it was then.
    pub stamp: FileStamp,
    /// The end of the last complete line, in bytes.
    pub offset: u64,
    /// The bytes at the beginning and before the offset, as a hash.
    pub fingerprint: u64,
    /// Tells that the file may have changed since without another stamp.
    pub is_racy: bool,
}

codec_fields!(Checkpoint { stamp, offset, fingerprint, is_racy });

/// A rollout that was folded.
#[derive(Debug, Clone)]
pub struct Folded {
    /// The place that it was read up to.
    pub checkpoint: Checkpoint,
    /// The state of the fold there.
    pub fold: Box<Fold>,
    /// The state behind a last record that has no terminator yet, where there is one.
    pub provisional: Option<Box<Fold>>,
    /// The offset at which it began to read: not 0 if it went on from where it stopped before.
    pub start: u64,
}

impl Folded {
    /// The fold when nothing follows.
    #[must_use]
    pub fn last(&self) -> &Fold {
        self.provisional.as_deref().unwrap_or(&self.fold)
    }
}

/// Folds a rollout as it is at this moment, from `before` on where that is possible.
///
/// # Errors
///
/// When it cannot be read, or the scan was cancelled.
pub fn refold(
    file: &RolloutFile,
    before: Option<(Checkpoint, Box<Fold>)>,
    buffer: &mut Vec<u8>,
    watch: &Watch,
) -> Result<Folded> {
    fold_patiently(file, before, Fold::new, buffer, watch)
}

/// Folds a rollout from its beginning, and lists each response by itself.
///
/// # Errors
///
/// When it cannot be read, or the scan was cancelled.
pub fn fold_responses(file: &RolloutFile, buffer: &mut Vec<u8>, watch: &Watch) -> Result<Folded> {
    fold_patiently(file, None, Fold::listing_responses, buffer, watch)
}

fn fold_patiently(
    file: &RolloutFile,
    mut before: Option<(Checkpoint, Box<Fold>)>,
    empty: impl Fn(Option<&str>) -> Fold,
    buffer: &mut Vec<u8>,
    watch: &Watch,
) -> Result<Folded> {
    for tries in 0..MAX_SHRUNK {
        if tries > 0 {
            thread::sleep(MORE_PATIENCE * tries);
        }
        if let Some(folded) = fold_once(file, before.take(), &empty, buffer, watch)? {
            return Ok(folded);
        }
    }
    let reason = io::Error::other("it becomes shorter while it is read");
    Err(Error::io(OPERATION, &file.path, reason))
}

/// `None` when the file changed before its end while it was read, so that what was read is neither what it was nor
/// what it is.
fn fold_once(
    file: &RolloutFile,
    before: Option<(Checkpoint, Box<Fold>)>,
    empty: impl Fn(Option<&str>) -> Fold,
    buffer: &mut Vec<u8>,
    watch: &Watch,
) -> Result<Option<Folded>> {
    let failed = |source| {
        if watch.is_cancelled() {
            return Error::cancelled(OPERATION, &file.path);
        }
        Error::io(OPERATION, &file.path, source)
    };
    let began = Timestamp::now();
    let (mut opened, metadata) = open_rollout(&file.path)?;
    let stamp = FileStamp::of(&metadata);
    let before =
        before.filter(|(checkpoint, _)| !file.compressed && goes_on(&opened, checkpoint, &stamp));
    let (start, mut fold) = match before {
        Some((checkpoint, fold)) => (checkpoint.offset, fold),
        None => (0, Box::new(empty(RolloutName::parse_stem(&file.stem)))),
    };
    if start > 0 {
        opened.seek(SeekFrom::Start(start)).map_err(failed)?;
    }
    let mut progress = ReadProgress { at: start, size: stamp.size, first: None, last: None };
    // What is appended from here on is left to the next refresh: size, time and sum are those of one moment.
    let length = stamp.size - start;
    let reader = Watched { reader: (&opened).take(length), watch, progress: &mut progress };
    make_room(buffer, if file.compressed { u64::MAX } else { length });
    let scanned = if file.compressed {
        let text = Decompressed::new(reader, stamp.size).map_err(failed)?;
        scan_lines(text, buffer, &mut *fold)
    } else {
        scan_lines(reader, buffer, &mut *fold)
    };
    let scanned = scanned.map_err(failed)?;
    if progress.at != stamp.size {
        return Ok(None);
    }
    let offset = if file.compressed { 0 } else { start + scanned.complete_bytes };
    let fingerprint = match (progress.first, progress.last) {
        (Some(first), Some(last)) if offset == stamp.size => joined([first, last]),
        _ => match fingerprint(&opened, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            fingerprint => fingerprint.map_err(failed)?,
        },
    };
    let after = FileStamp::of(&opened.metadata().map_err(failed)?);
    if after.size < stamp.size || (after.size == stamp.size && after.modified != stamp.modified) {
        return Ok(None);
    }
    let provisional = is_record(&scanned.rest).then(|| {
        let mut provisional = fold.clone();
        provisional.unterminated(&scanned.rest);
        provisional
    });
    let checkpoint = Checkpoint { stamp, offset, fingerprint, is_racy: stamp.is_racy(began) };
    Ok(Some(Folded { checkpoint, fold, provisional, start }))
}

/// Tells whether a file that is `now` has only grown since the fold stopped, or is what it was.
fn goes_on(file: &File, checkpoint: &Checkpoint, now: &FileStamp) -> bool {
    let plausible = if checkpoint.stamp == *now {
        !checkpoint.is_racy || now.size > MAX_RACY
    } else {
        now.may_have_grown_from(&checkpoint.stamp)
    };
    plausible
        && fingerprint(file, checkpoint.offset)
            .is_ok_and(|fingerprint| fingerprint == checkpoint.fingerprint)
}

fn fingerprint(file: &File, offset: u64) -> io::Result<u64> {
    let length = usize::try_from(offset).unwrap_or(FINGERPRINTED).min(FINGERPRINTED);
    let mut bytes = [0; FINGERPRINTED];
    let bytes = bytes.get_mut(..length).unwrap_or_default();
    let mut sum_at = |start| read_at(file, bytes, start).map(|()| crc32(bytes));
    Ok(joined([sum_at(0)?, sum_at(offset - length as u64)?]))
}

fn joined([first, last]: [u32; 2]) -> u64 {
    u64::from(first) << 32 | u64::from(last)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    let position = file.stream_position()?;
    file.seek(SeekFrom::Start(start))?;
    let read = file.read_exact(bytes);
    file.seek(SeekFrom::Start(position))?;
    read
}

/// Tells whether the text behind the last terminator is a record.
fn is_record(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_end();
    rest.last() == Some(&b'}') && parse(rest).is_ok()
}

/// The progress through a file, with the sums of its fingerprinted bytes as they come by: reading them again would cost
/// two calls for each of thousands of rollouts.
struct ReadProgress {
    at: u64,
    size: u64,
    first: Option<u32>,
    last: Option<u32>,
}

impl ReadProgress {
    fn add(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.at == 0 {
            self.first = bytes.first_chunk::<FINGERPRINTED>().map(|first| crc32(first));
        }
        self.at += bytes.len() as u64;
        if self.at == self.size {
            self.last = bytes.last_chunk::<FINGERPRINTED>().map(|last| crc32(last));
        }
    }
}

/// Notes what is read, and fails when the scan was cancelled.
struct Watched<'w, R> {
    reader: R,
    watch: &'w Watch,
    progress: &'w mut ReadProgress,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.reader.read(buffer)?;
        self.watch.add_bytes(read as u64);
        self.progress.add(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
