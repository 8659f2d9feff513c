//! The head of a rollout: which thread it is and where it works, from its first 4 KB.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::open::{not_regular, open_unchecked};
use crate::rollout::record::recover::{has_seam, recover, without_junk};
use crate::rollout::record::session_meta::{CaptureEnd, Captured, SessionMeta, capture};
use crate::rollout::zstd::Decompressed;

/// The first read, in bytes: the facts of identity lie within the first kilobyte in every known version.
pub const HEAD_SIZE: usize = 4096;

/// The most that is read when they do not, in bytes.
pub const MAX_HEAD_SIZE: usize = 4 * 1024 * 1024;

/// Reads the `session_meta` of a rollout, as far as it tells who the thread is; `None` when its first record is none.
///
/// Facts that stand behind the instructions (`history_base`) may be missing.
///
/// # Errors
///
/// When the file cannot be read.
pub fn read_head(path: &Path, compressed: bool) -> Result<Option<SessionMeta>> {
    HeadReader::default().read(path, compressed)
}

/// Reads heads, one after the other, into the same buffer.
#[derive(Debug, Default)]
pub struct HeadReader {
    head: Vec<u8>,
}

impl HeadReader {
    /// Reads one head, as [`read_head`] does.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&mut self, path: &Path, compressed: bool) -> Result<Option<SessionMeta>> {
        let file = open_unchecked(path)?;
        self.read_opened(&file, compressed).map_err(|source| match file.metadata() {
            Ok(metadata) if !metadata.is_file() => not_regular(path),
            _ => Error::io("read rollout", path, source),
        })
    }

    /// Anything but a regular file cannot be read by position.
    fn read_opened(&mut self, file: &File, compressed: bool) -> io::Result<Option<SessionMeta>> {
        self.head.clear();
        if !compressed {
            return grow(&mut self.head, |head, size| read_at(file, head, size));
        }
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut text = Decompressed::new(file, metadata.len())?;
        grow(&mut self.head, |head, size| read_more(&mut text, head, size))
    }
}

/// Reads four times as much until the record tells enough, or ends. `fill` puts bytes at the end of what is there, so
/// many that it has the length that it is told, and says whether there may be more.
fn grow(
    head: &mut Vec<u8>,
    mut fill: impl FnMut(&mut Vec<u8>, usize) -> io::Result<bool>,
) -> io::Result<Option<SessionMeta>> {
    let mut size = HEAD_SIZE;
    let mut more = fill(head, size)?;
    loop {
        let (line, whole_line) = first_line(head);
        let captured = match capture(line) {
            // A line break was lost behind it.
            Captured { end: CaptureEnd::Broken, .. } if has_seam(line) => {
                capture(recover(line).first().map_or(line, |(_, record)| record))
            }
            captured => captured,
        };
        match captured.end {
            CaptureEnd::Whole => return Ok(Some(captured.meta)),
            CaptureEnd::CutInInstructions if captured.meta.cwd.is_some() => {
                return Ok(Some(captured.meta));
            }
            CaptureEnd::OtherKind | CaptureEnd::Broken => return Ok(None),
            CaptureEnd::Cut | CaptureEnd::CutInInstructions => {
                // A line that is cut by its own terminator is broken; one that is still being written may say enough.
                if whole_line || !more || size >= MAX_HEAD_SIZE {
                    let enough = !whole_line && captured.meta.id.is_some();
                    return Ok(enough.then_some(captured.meta));
                }
                size *= 4;
                more = fill(head, size)?;
            }
        }
    }
}

/// The first line that is not empty, and whether its terminator was read.
fn first_line(head: &[u8]) -> (&[u8], bool) {
    let mut rest = head;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let line = without_junk(rest.get(..end).unwrap_or_default());
        if !line.trim_ascii().is_empty() {
            return (line, true);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    (without_junk(rest), false)
}

fn read_more(reader: &mut impl Read, head: &mut Vec<u8>, size: usize) -> io::Result<bool> {
    let wanted = size.saturating_sub(head.len());
    let read = reader.take(wanted as u64).read_to_end(head)?;
    Ok(read == wanted)
}

#[cfg(unix)]
fn read_at(file: &File, head: &mut Vec<u8>, size: usize) -> io::Result<bool> {
    use std::os::unix::fs::FileExt;
    let start = head.len();
    // Not `resize`, which goes byte for byte where the build is for size.
    head.extend_from_slice(&vec![0; size.saturating_sub(start)]);
    let read = match head.get_mut(start..) {
        Some(free) => file.read_at(free, start as u64)?,
        None => 0,
    };
    head.truncate(start + read);
    Ok(read > 0)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, head: &mut Vec<u8>, size: usize) -> io::Result<bool> {
    read_more(&mut file, head, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn meta_line(before_cwd: usize, instructions: usize) -> String {
        format!(
            r#"{{"timestamp":"2026-01-02T16:58:23.100Z","type":"session_meta","payload":{{"pad":"{}","id":"a-1","cwd":"/home/dev","source":"exec","base_instructions":{{"text":"{}"}},"history_base":{{"thread_id":"p"}}}}}}"#,
            "p".repeat(before_cwd),
            "i".repeat(instructions)
        )
    }

    fn head(text: &[u8]) -> Option<SessionMeta> {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("rollout-a.jsonl");
        fs::write(&plain, text).unwrap();
        let packed = dir.path().join("rollout-a.jsonl.zst");
        fs::write(&packed, zstd::encode_all(text, 3).unwrap()).unwrap();
        let meta = read_head(&plain, false).unwrap();
        assert_eq!(read_head(&packed, true).unwrap(), meta);
        meta
    }

    #[test]
    fn a_line_longer_than_the_head_tells_where_the_thread_works() {
        let meta = head(format!("{}\n", meta_line(0, 30_000)).as_bytes()).unwrap();
        assert_eq!(meta.cwd.as_deref(), Some("/home/dev"));
        assert_eq!(meta.history_base, None);
    }

    #[test]
    fn the_read_grows_until_the_facts_are_there() {
        let meta = head(format!("{}\n", meta_line(100_000, 0)).as_bytes()).unwrap();
        assert_eq!(meta.cwd.as_deref(), Some("/home/dev"));
        assert!(meta.history_base.is_some());
    }

    #[test]
    fn a_first_record_is_found_behind_junk_and_before_another() {
        let line = meta_line(0, 0);
        for text in [
            format!("\u{feff}{line}\n"),
            format!("{}{line}\n", "\0".repeat(9000)),
            format!("{line}{line}\n"),
            format!("\r\n\n{line}\n"),
            format!("\u{feff}\n{line}\n"),
            format!("{}\n{line}\n", "\0".repeat(9000)),
        ] {
            let meta = head(text.as_bytes()).unwrap();
            assert_eq!(meta.cwd.as_deref(), Some("/home/dev"));
        }
    }

    #[test]
    fn a_line_that_is_still_being_written_tells_what_it_has() {
        let line = meta_line(0, 0);
        let cut = line.find("base_instructions").unwrap();
        assert_eq!(head(&line.as_bytes()[..cut]).unwrap().cwd.as_deref(), Some("/home/dev"));
    }

    #[test]
    fn a_first_line_that_is_no_session_meta_is_none() {
        assert_eq!(head(b""), None);
        assert_eq!(head(b"[1]\n"), None);
        assert_eq!(head(b"{\"type\":\"event_msg\",\"payload\":{}}\n"), None);
        let line = meta_line(0, 0);
        assert_eq!(head(format!("{}\n", &line[..line.len() - 9]).as_bytes()), None);
    }
}
