//! The tail of a rollout: its last records, read from the end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use memchr::memrchr;

use crate::error::{Error, Result};
use crate::fs::open::open_rollout;
use crate::rollout::record::parse;
use crate::rollout::record::recover::records;
use crate::rollout::timestamp::parse_timestamp;
use crate::rollout::zstd::Decompressed;

/// The first read from the end, in bytes; each further one is four times as large.
const FIRST_READ: u64 = 64 * 1024;

/// The first read for one record alone, in bytes: most are shorter.
const SHORT_READ: u64 = 4 * 1024;

/// The number of records that are looked at for one that says when it was written.
const DATED_AMONG: usize = 64;

/// The most bytes that are read back from the end: the memory that reading a tail may take.
pub const MAX_TAIL: u64 = 16 * 1024 * 1024;

/// The number of records that are read at most: each takes memory of its own, however short. Codex writes half as many
/// into 16 MB.
pub const MAX_TAIL_RECORDS: usize = 131_072;

/// The most attempts to read a file that shrinks meanwhile.
const MAX_SHRUNK: u32 = 8;

/// One of the last lines of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailLine {
    /// Its beginning, in bytes from the beginning of the (decompressed) file.
    pub offset: u64,
    /// The line, without its terminator.
    pub bytes: Vec<u8>,
}

/// Reads the last records of a rollout, oldest first: at most `count` of them, and none that begin more than
/// [`MAX_TAIL`] bytes before the end, nor more than [`MAX_TAIL_RECORDS`]. A line that is no record does not count, so
/// that a broken one hides no other; one without a terminator counts when it is whole.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read_tail(path: &Path, compressed: bool, count: usize) -> Result<Vec<TailLine>> {
    let count = count.min(MAX_TAIL_RECORDS);
    let (mut file, metadata) = open_rollout(path)?;
    let failed = |source| Error::io("read the end of rollout", path, source);
    if compressed {
        let text = Decompressed::new(file, metadata.len()).map_err(failed)?;
        let (bytes, start) = last_bytes(text).map_err(failed)?;
        return Ok(last_lines(&bytes, start, count));
    }
    let mut length = if count == 1 { SHORT_READ } else { FIRST_READ };
    let mut shrunk = 0;
    loop {
        let size = file.metadata().map_err(failed)?.len();
        let start = size.saturating_sub(length.min(MAX_TAIL));
        let bytes = read_range(&mut file, start, size - start).map_err(failed)?;
        // Cut between the two calls: these bytes are not its end.
        if (bytes.len() as u64) < size - start && shrunk < MAX_SHRUNK {
            shrunk += 1;
            continue;
        }
        let lines = last_lines(&bytes, start, count);
        if lines.len() >= count || start == 0 || length >= MAX_TAIL {
            return Ok(lines);
        }
        length *= 4;
    }
}

/// The time when the last record of a rollout was written that says so, in milliseconds since 1970.
///
/// # Errors
///
/// When the file cannot be read.
pub fn last_record_ms(path: &Path, compressed: bool) -> Result<Option<i64>> {
    // Nearly every last record says it.
    for count in [1, DATED_AMONG] {
        let lines = read_tail(path, compressed, count)?;
        let written = lines.iter().rev().find_map(|line| written_ms(&line.bytes));
        if written.is_some() || lines.len() < count {
            return Ok(written);
        }
    }
    Ok(None)
}

fn written_ms(line: &[u8]) -> Option<i64> {
    parse_timestamp(&parse(line).ok()?.timestamp?)
}

fn read_range(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The last [`MAX_TAIL`] bytes of a stream, and where they begin.
fn last_bytes(mut reader: impl Read) -> io::Result<(Vec<u8>, u64)> {
    let keep = usize::try_from(MAX_TAIL).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut dropped = 0u64;
    let mut chunk = vec![0; keep.min(256 * 1024)];
    loop {
        let read = reader.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, dropped));
        }
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if bytes.len() > 2 * keep {
            let surplus = bytes.len() - keep;
            bytes.drain(..surplus);
            dropped += surplus as u64;
        }
    }
}

/// Cuts the last `count` records out of `bytes`, which begin at `start`: unless that is 0, the first may be cut off and
/// does not count.
fn last_lines(bytes: &[u8], start: u64, count: usize) -> Vec<TailLine> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while lines.len() < count && !rest.is_empty() {
        let body = rest.strip_suffix(b"\n").unwrap_or(rest);
        let begin = memrchr(b'\n', body).map(|newline| newline + 1);
        if begin.is_none() && start > 0 {
            break;
        }
        let begin = begin.unwrap_or(0);
        let line = body.get(begin..).unwrap_or_default().trim_ascii_end();
        for (at, record) in records(line).into_iter().rev().take(count - lines.len()) {
            let offset = start + (begin + at) as u64;
            lines.push(TailLine { offset, bytes: record.to_vec() });
        }
        rest = rest.get(..begin).unwrap_or_default();
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tail(text: &[u8], count: usize) -> Vec<(u64, String)> {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("rollout-a.jsonl");
        fs::write(&plain, text).unwrap();
        let packed = dir.path().join("rollout-a.jsonl.zst");
        fs::write(&packed, zstd::encode_all(text, 1).unwrap()).unwrap();
        let lines = read_tail(&plain, false, count).unwrap();
        assert_eq!(read_tail(&packed, true, count).unwrap(), lines);
        lines
            .into_iter()
            .map(|line| (line.offset, String::from_utf8(line.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn gives_the_last_lines_oldest_first() {
        let text = b"{\"n\":1}\n{\"n\":2}\r\n\n{\"n\":3}\n";
        assert_eq!(tail(text, 2), [(8, "{\"n\":2}".into()), (18, "{\"n\":3}".into())]);
        assert_eq!(tail(text, 9).len(), 3);
        assert_eq!(tail(text, 0), []);
    }

    #[test]
    fn a_last_line_without_terminator_counts_only_when_it_is_whole() {
        assert_eq!(tail(b"{\"n\":1}\n{\"n\":2}", 1), [(8, "{\"n\":2}".into())]);
        assert_eq!(tail(b"{\"n\":1}\n{\"n\":", 1), [(0, "{\"n\":1}".into())]);
        assert_eq!(tail(b"", 1), []);
    }

    #[test]
    fn a_line_that_is_no_record_hides_no_other() {
        let text = b"{\"n\":1}\n{\"n\":2}\n[3]\n{\"n\":\n\xff\n";
        assert_eq!(tail(text, 1), [(8, "{\"n\":2}".into())]);
    }

    #[test]
    fn records_on_a_line_that_is_damaged_are_given_each_with_its_place() {
        let one = "{\"timestamp\":\"1\"}";
        let text = format!("\u{feff}{one}\n\0\0{one}\n{one}{one}\n");
        let place = |at| (at, one.to_owned());
        assert_eq!(tail(text.as_bytes(), 9), [place(3), place(23), place(41), place(58)]);
        assert_eq!(tail(text.as_bytes(), 1), [place(58)]);
    }

    #[test]
    fn no_more_records_are_given_than_have_room() {
        let text = "{}\n".repeat(MAX_TAIL_RECORDS + 9);
        let lines = tail(text.as_bytes(), usize::MAX);
        assert_eq!((lines.len(), lines[0].0), (MAX_TAIL_RECORDS, 27));
    }

    #[test]
    fn reads_further_back_when_lines_are_longer_than_the_first_read() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(200_000));
        let text = format!("{long}\n{long}\n{{}}\n");
        let lines = tail(text.as_bytes(), 3);
        assert_eq!(
            lines.iter().map(|line| line.1.len()).collect::<Vec<_>>(),
            [200_008, 200_008, 2]
        );
    }
}
