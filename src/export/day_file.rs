//! The file of one day: what an earlier export wrote, and what is new.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::iter::Peekable;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::export::ordered::{Row, SURE_SOURCE};
use crate::fs::atomic::{Pending, make_private, remove_abandoned};
use crate::fs::open::open_rollout;
use crate::ledger::buckets::Standing;
use crate::rollout::timestamp::parse_timestamp;

/// A line of an export that is longer than this is none of ours, in bytes.
pub(crate) const MAX_LINE_BYTES: u64 = 1024 * 1024;

/// The level of compression: as quick as the lowest, and a third smaller.
const LEVEL: Compression = Compression::new(2);

/// The number of bytes of rows that are compressed at a time.
const BUFFER: usize = 64 * 1024;

const READ: &str = "read export";
const WRITE: &str = "write export";

/// The outcome for a day's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It held every row already.
    Unchanged,
    /// It was written.
    Anew,
}

/// Adds rows, which are in order, to the file at `path`; a row of a response that it holds already takes the place of
/// the old one. A guess takes no place, and what turns out to be inherited is taken out.
///
/// # Errors
///
/// When the file is there and is damaged or no export, or cannot be written. It is then as it was.
pub fn add(path: &Path, rows: impl Iterator<Item = io::Result<Row>>) -> Result<Written> {
    let failed = |source| Error::io(WRITE, path, source);
    let directory = path.parent().ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
    make_private(directory).map_err(failed)?;
    remove_abandoned(directory).map_err(failed)?;
    let pending = Pending::new(path).map_err(failed)?;
    // Without a time: the same rows are the same bytes.
    let encoder = GzBuilder::new().mtime(0).write(pending.file(), LEVEL);
    let mut writer = BufWriter::with_capacity(BUFFER, encoder);
    let new = rows.map(|row| row.map_err(failed));
    let union = Union { old: old_rows(path)?.peekable(), new: new.peekable() };
    let mut is_changed = false;
    for step in union {
        let step = step?;
        is_changed |= matches!(step, Step::Changed(_) | Step::TakenOut);
        if let Step::Kept(row) | Step::Changed(row) = step {
            writer.write_all(row.line()).and_then(|()| writer.write_all(b"\n")).map_err(failed)?;
        }
    }
    if !is_changed {
        return Ok(Written::Unchanged);
    }
    let finished = writer.into_inner().map_err(io::IntoInnerError::into_error);
    finished.and_then(flate2::write::GzEncoder::finish).map_err(failed)?;
    pending.file().sync_data().map_err(failed)?;
    pending.replace().map_err(failed)?;
    Ok(Written::Anew)
}

/// The rows of the file at `path`; none when there is no file.
///
/// # Errors
///
/// When it is no regular file, or cannot be read.
pub fn old_rows(path: &Path) -> Result<Box<dyn Iterator<Item = Result<Row>>>> {
    let file = match open_rollout(path) {
        Ok((file, _)) => file,
        Err(error) if error.is_not_found() => return Ok(Box::new(std::iter::empty())),
        Err(error) => return Err(error),
    };
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(file)));
    Ok(Box::new(OldRows { reader, path: path.into() }))
}

struct OldRows {
    reader: BufReader<MultiGzDecoder<BufReader<File>>>,
    path: Box<Path>,
}

impl Iterator for OldRows {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let read = io::Read::take(&mut self.reader, MAX_LINE_BYTES).read_until(b'\n', &mut line);
        match read {
            Ok(0) => None,
            Ok(_) => {
                let row = line.strip_suffix(b"\n").and_then(row);
                Some(row.ok_or_else(|| {
                    let reason = "it holds a line that is no row of an export; move it away";
                    Error::invalid(READ, &self.path, reason)
                }))
            }
            Err(source) => Some(Err(Error::io(READ, &self.path, source))),
        }
    }
}

/// The key that decides the place of a row.
#[derive(Deserialize)]
struct Key {
    id: Box<str>,
    at: String,
}

fn row(line: &[u8]) -> Option<Row> {
    let Key { id, at } = serde_json::from_slice(line).ok()?;
    Some(Row::new(parse_timestamp(&at)?, Standing::Billed, SURE_SOURCE, id.as_bytes(), line))
}

/// The merge of a response of the old file, of the new rows, or of both.
enum Step {
    /// It stays as it is.
    Kept(Row),
    /// It is new, or another than it was.
    Changed(Row),
    /// It was in the file, and goes.
    TakenOut,
    /// It was not in the file, and does not come into it.
    Nothing,
}

/// The responses of both in order.
struct Union<O: Iterator, N: Iterator> {
    old: Peekable<O>,
    new: Peekable<N>,
}

impl<O: Iterator<Item = Result<Row>>, N: Iterator<Item = Result<Row>>> Iterator for Union<O, N> {
    type Item = Result<Step>;

    fn next(&mut self) -> Option<Self::Item> {
        let (takes_old, takes_new) = match (self.old.peek(), self.new.peek()) {
            (Some(Ok(old)), Some(Ok(new))) if old.is_same_response(new) => (true, true),
            (Some(Ok(old)), Some(Ok(new))) => (old < new, new < old),
            (Some(Err(_)), _) | (Some(_), None) => (true, false),
            (_, Some(_)) | (None, None) => (false, true),
        };
        let old = if takes_old { self.old.next() } else { None };
        let new = if takes_new { self.new.next() } else { None };
        Some(match (old, new) {
            (Some(Err(error)), _) | (_, Some(Err(error))) => Err(error),
            (Some(Ok(old)), Some(Ok(new))) => Ok(match new.standing {
                Standing::Inherited => Step::TakenOut,
                Standing::Billed if old.line() != new.line() => Step::Changed(new),
                Standing::Billed | Standing::Guessed => Step::Kept(old),
            }),
            (Some(Ok(old)), None) => Ok(Step::Kept(old)),
            (None, Some(Ok(new))) => Ok(match new.standing {
                Standing::Inherited => Step::Nothing,
                Standing::Billed | Standing::Guessed => Step::Changed(new),
            }),
            (None, None) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn row(at: &str, id: &str, more: &str) -> Row {
        let line = format!(r#"{{"id":"{id}","at":"{at}","more":"{more}"}}"#);
        super::row(line.as_bytes()).unwrap()
    }

    fn add_all(path: &Path, rows: &[Row]) -> Written {
        add(path, rows.iter().cloned().map(Ok)).unwrap()
    }

    fn lines(path: &Path) -> Vec<Row> {
        old_rows(path).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn rows_are_added_in_order_and_the_newer_of_one_response_counts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("day=2026-11-28/host=a/responses.ndjson.gz");
        let [first, second, third] = [
            row("2026-11-28T01:00:00.000Z", "a", ""),
            row("2026-11-28T02:00:00.000Z", "b", ""),
            row("2026-11-28T02:00:00.000Z", "c", ""),
        ];
        assert_eq!(add_all(&path, std::slice::from_ref(&second)), Written::Anew);
        assert_eq!(add_all(&path, &[first.clone(), third.clone()]), Written::Anew);
        assert_eq!(lines(&path), [first.clone(), second, third.clone()]);
        let other = row("2026-11-28T02:00:00.000Z", "b", "other");
        assert_eq!(add_all(&path, std::slice::from_ref(&other)), Written::Anew);
        assert_eq!(lines(&path), [first, other, third]);
    }

    #[test]
    fn what_is_inherited_is_taken_out_and_a_guess_takes_no_place() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host=a/responses.ndjson.gz");
        let [first, second] =
            [row("2026-11-28T01:00:00.000Z", "a", ""), row("2026-11-28T02:00:00.000Z", "b", "")];
        add_all(&path, &[first.clone(), second.clone()]);
        let as_standing = |standing, row: &Row, more| {
            let line = String::from_utf8_lossy(row.line()).replace(r#""more":"""#, more);
            Row::new(row.at_ms, standing, SURE_SOURCE, row.id(), line.as_bytes())
        };
        let guess = as_standing(Standing::Guessed, &first, r#""more":"guess""#);
        assert_eq!(add_all(&path, std::slice::from_ref(&guess)), Written::Unchanged);
        let inherited = as_standing(Standing::Inherited, &second, "");
        let stranger =
            Row::new(second.at_ms, Standing::Inherited, SURE_SOURCE, b"c", inherited.line());
        assert_eq!(add_all(&path, &[inherited.clone(), stranger.clone()]), Written::Anew);
        assert_eq!(lines(&path), std::slice::from_ref(&first));
        assert_eq!(add_all(&path, &[inherited, stranger]), Written::Unchanged);
        let gone = as_standing(Standing::Inherited, &first, "");
        assert_eq!(add_all(&path, &[gone]), Written::Anew);
        assert_eq!(lines(&path), []);
        assert_eq!(add_all(&path, std::slice::from_ref(&guess)), Written::Anew);
        assert_eq!(lines(&path)[0].line(), guess.line());
    }

    #[cfg(unix)]
    #[test]
    fn folders_and_files_are_their_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host=a/responses.ndjson.gz");
        add_all(&path, &[row("2026-11-28T01:00:00.000Z", "a", "")]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn rows_that_are_there_already_leave_the_file_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host=a/responses.ndjson.gz");
        let rows =
            [row("2026-11-28T01:00:00.000Z", "a", ""), row("2026-11-28T02:00:00.000Z", "b", "")];
        add_all(&path, &rows);
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(add_all(&path, &rows[1..]), Written::Unchanged);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        let other = directory.path().join("host=b/responses.ndjson.gz");
        add_all(&other, &rows);
        assert_eq!(fs::read(path).unwrap(), fs::read(other).unwrap());
    }

    #[test]
    fn a_file_that_is_damaged_or_no_export_is_named_and_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host=a/responses.ndjson.gz");
        add_all(&path, &[row("2026-11-28T01:00:00.000Z", "a", "")]);
        let whole = fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() - 4], b"no gzip", b"\x1f\x8b"] {
            fs::write(&path, damaged).unwrap();
            let rows = [Ok(row("2026-11-28T02:00:00.000Z", "b", ""))];
            let error = add(&path, rows.into_iter()).unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("cannot read export {}", path.display()))
            );
            assert_eq!(fs::read(&path).unwrap(), damaged);
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn rows_that_cannot_be_read_leave_the_file_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("host=a/responses.ndjson.gz");
        let first = row("2026-11-28T01:00:00.000Z", "a", "");
        add_all(&path, std::slice::from_ref(&first));
        let rows = [
            Ok(row("2026-11-28T02:00:00.000Z", "b", "")),
            Err(io::Error::from(io::ErrorKind::StorageFull)),
        ];
        assert!(add(&path, rows.into_iter()).is_err());
        assert_eq!(lines(&path), [first]);
    }
}
