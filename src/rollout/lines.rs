//! Cuts a stream of bytes into lines, with one buffer that is used again.
//!
//! The terminator is not part of a line. A line that fits the buffer is handed over where it lies; a longer one is
//! gathered, at most once, if the receiver needs it whole, and otherwise only passed through.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

/// Bytes asked of the system at a time: large enough that the calls cost nothing, small enough for the cache.
pub const READ_SIZE: usize = 256 * 1024;

/// The longest line that is ever kept whole, in bytes. Records that count are a few kilobytes; one that is longer than
/// this is reported as too long instead of filling the memory.
pub const MAX_KEPT_LINE: usize = 16 * 1024 * 1024;

/// The bytes at the beginning of a line that is longer than the buffer which the receiver is shown.
pub const LONG_LINE_HEAD: usize = 4096;

/// Receives the lines of a stream in order.
pub trait LineSink {
    /// A line, without its terminator; never empty.
    fn line(&mut self, line: &[u8]);

    /// Tells whether a line that does not fit the buffer is needed whole, judged by its first [`LONG_LINE_HEAD`] bytes.
    fn needs_whole(&mut self, head: &[u8]) -> bool;

    /// A line that was not needed whole, or was longer than [`MAX_KEPT_LINE`].
    fn long_line(&mut self, line: LongLine<'_>);
}

/// A line that was passed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongLine<'a> {
    /// Its first bytes, [`LONG_LINE_HEAD`] of them.
    pub head: &'a [u8],
    /// Its last two bytes that are no white space.
    pub end: [u8; 2],
    /// The number of bytes that it has.
    pub length: u64,
    /// True if it was wanted whole, but too long to keep.
    pub too_long: bool,
}

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Bytes of complete lines, terminators included: where a later scan goes on.
    pub complete_bytes: u64,
    /// The text behind the last terminator, unless it was too long to keep.
    pub rest: Vec<u8>,
}

/// A line that is longer than the buffer, while it goes by.
enum Long {
    Kept(Vec<u8>),
    Passing { head: Vec<u8>, end: [u8; 2], too_long: bool },
}

/// Makes room in a buffer for a stream of so many bytes, up to [`READ_SIZE`]. What is appended between two refreshes is
/// a few kilobytes: more would be cleared for each refresh, and kept by the allocator for each thread that ever had a
/// refresh.
pub fn make_room(buffer: &mut Vec<u8>, length: u64) {
    // One more than there are, so that the end is found and not taken for a line that goes on.
    let length = usize::try_from(length).unwrap_or(READ_SIZE).min(READ_SIZE - 1);
    let wanted = (length + 1).next_power_of_two().max(LONG_LINE_HEAD);
    if buffer.len() < wanted {
        // New zeros cost nothing until they are used; to write them would touch all of the buffer for a line.
        *buffer = vec![0; wanted];
    }
}

/// Reads `reader` to its end and hands every line to `sink`. `buffer` is used as it is, and grown when it is empty.
///
/// # Errors
///
/// Any error of `reader`, interruptions aside. The lines before were handed over.
pub fn scan_lines(
    mut reader: impl Read,
    buffer: &mut Vec<u8>,
    sink: &mut impl LineSink,
) -> io::Result<Scanned> {
    if buffer.is_empty() {
        make_room(buffer, u64::MAX);
    }
    let mut complete_bytes = 0u64;
    // Bytes at the front of the buffer that belong to a line whose end was not read yet.
    let mut held = 0usize;
    let mut long: Option<(Long, u64)> = None;
    while let Some(free) = buffer.get_mut(held..) {
        let read = match reader.read(free) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let filled = held + read;
        let mut start = 0usize;
        let mut search_from = held;
        if let Some((state, length)) = &mut long {
            // The buffer holds nothing but what was just read: a long line lives outside it.
            let chunk = buffer.get(..filled).unwrap_or_default();
            let Some(newline) = memchr(b'\n', chunk) else {
                *length += chunk.len() as u64;
                state.push(chunk);
                held = 0;
                continue;
            };
            state.push(chunk.get(..newline).unwrap_or_default());
            let length = *length + newline as u64;
            complete_bytes += length + 1;
            if let Some((state, _)) = long.take() {
                state.finish(length, sink);
            }
            start = newline + 1;
            search_from = start;
        }
        let searched = buffer.get(search_from..filled).unwrap_or_default();
        for newline in memchr_iter(b'\n', searched) {
            let end = search_from + newline;
            let line = trim(buffer.get(start..end).unwrap_or_default());
            if !line.is_empty() {
                sink.line(line);
            }
            complete_bytes += (end + 1 - start) as u64;
            start = end + 1;
        }
        held = filled - start;
        if held == buffer.len() {
            let chunk = buffer.as_slice();
            long = Some((Long::begin(chunk, sink), chunk.len() as u64));
            held = 0;
        } else if start > 0 {
            buffer.copy_within(start..filled, 0);
        }
    }
    let rest = match long {
        Some((Long::Kept(line), _)) => line,
        Some((Long::Passing { .. }, _)) => Vec::new(),
        None => buffer.get(..held).unwrap_or_default().to_vec(),
    };
    Ok(Scanned { complete_bytes, rest })
}

impl Long {
    fn begin(chunk: &[u8], sink: &mut impl LineSink) -> Self {
        let head = chunk.get(..LONG_LINE_HEAD).unwrap_or(chunk);
        if sink.needs_whole(head) {
            return Self::Kept(chunk.to_vec());
        }
        let mut passing = Self::Passing { head: head.to_vec(), end: [0; 2], too_long: false };
        passing.push(chunk);
        passing
    }

    fn push(&mut self, chunk: &[u8]) {
        match self {
            Self::Kept(line) if line.len() + chunk.len() <= MAX_KEPT_LINE => {
                line.extend_from_slice(chunk);
            }
            Self::Kept(line) => {
                let end = last_two(last_two([0; 2], line), chunk);
                line.truncate(LONG_LINE_HEAD);
                *self = Self::Passing { head: std::mem::take(line), end, too_long: true };
            }
            Self::Passing { end, .. } => *end = last_two(*end, chunk),
        }
    }

    fn finish(self, length: u64, sink: &mut impl LineSink) {
        match self {
            Self::Kept(line) => sink.line(trim(&line)),
            Self::Passing { head, end, too_long } => {
                sink.long_line(LongLine { head: &head, end, length, too_long });
            }
        }
    }
}

/// The last two bytes of a text that are no white space, after `chunk` was added to one that ended in `before`.
fn last_two(before: [u8; 2], chunk: &[u8]) -> [u8; 2] {
    let mut seen = chunk.iter().rev().filter(|byte| !byte.is_ascii_whitespace());
    match (seen.next(), seen.next()) {
        (None, _) => before,
        (Some(only), None) => [before[1], *only],
        (Some(second), Some(first)) => [*first, *second],
    }
}

/// A line without the white space at its end, a `\r` before the terminator among it.
fn trim(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it receives; wants lines that begin with `w` whole.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Seen {
        lines: Vec<Vec<u8>>,
        long: Vec<(Vec<u8>, [u8; 2], u64, bool)>,
    }

    impl LineSink for Seen {
        fn line(&mut self, line: &[u8]) {
            self.lines.push(line.to_vec());
        }

        fn needs_whole(&mut self, head: &[u8]) -> bool {
            head.starts_with(b"w")
        }

        fn long_line(&mut self, line: LongLine<'_>) {
            self.long.push((line.head.to_vec(), line.end, line.length, line.too_long));
        }
    }

    fn scan(input: &[u8], buffer_size: usize) -> (Seen, Scanned) {
        let mut seen = Seen::default();
        let scanned = scan_lines(input, &mut vec![0; buffer_size], &mut seen).unwrap();
        (seen, scanned)
    }

    fn lines(lines: &[&str]) -> Seen {
        Seen { lines: lines.iter().map(|line| line.as_bytes().to_vec()).collect(), long: vec![] }
    }

    #[test]
    fn the_last_two_bytes_of_a_long_line_are_the_same_wherever_a_read_ends() {
        for buffer_size in 1..8 {
            let (seen, _) = scan(b"{\"payload\":{} } \n", buffer_size);
            assert_eq!(seen.long[0].1, *b"}}", "{buffer_size}");
        }
    }

    #[test]
    fn every_buffer_size_around_a_lines_length_gives_the_same_lines() {
        let input = b"wone\r\nwtwo\n\n  \nwthree\nwhalf";
        for size in 3..=input.len() + 1 {
            let (seen, scanned) = scan(input, size);
            assert_eq!(seen, lines(&["wone", "wtwo", "wthree"]), "{size}");
            let expected = Scanned { complete_bytes: 22, rest: b"whalf".to_vec() };
            assert_eq!(scanned, expected, "{size}");
        }
    }

    #[test]
    fn there_is_room_for_a_short_stream_and_one_byte_more() {
        let mut buffer = Vec::new();
        let mut room_for = |length| {
            make_room(&mut buffer, length);
            buffer.len()
        };
        assert_eq!(room_for(0), 4096);
        assert_eq!(room_for(4095), 4096);
        assert_eq!(room_for(4096), 8192);
        assert_eq!(room_for(1), 8192);
        assert_eq!(room_for(u64::MAX), READ_SIZE);
    }

    #[test]
    fn an_empty_stream_has_no_lines() {
        assert_eq!(scan(b"", 8), (Seen::default(), Scanned { complete_bytes: 0, rest: vec![] }));
    }

    #[test]
    fn a_line_longer_than_the_buffer_is_kept_only_when_it_is_wanted() {
        let (seen, scanned) = scan(b"a\nxxxxxxxxxxxxxxxx}}\nwwwwwwwwwwwwwwww\nb\n", 8);
        assert_eq!(seen.lines, [b"a".to_vec(), b"wwwwwwwwwwwwwwww".to_vec(), b"b".to_vec()]);
        assert_eq!(seen.long, [(b"xxxxxxxx".to_vec(), *b"}}", 18, false)]);
        assert_eq!(scanned, Scanned { complete_bytes: 40, rest: vec![] });
    }

    #[test]
    fn the_end_of_a_passing_line_is_known_across_chunks() {
        for tail in ["}}\n", "}}  \r\n", "}}\r\n"] {
            let input = format!("xxxxxxxx{tail}");
            for size in 1..8 {
                let (seen, _) = scan(input.as_bytes(), size);
                assert_eq!(seen.long.first().map(|long| long.1), Some(*b"}}"), "{size} {tail:?}");
            }
        }
    }

    #[test]
    fn a_wanted_line_above_the_cap_is_reported_and_the_next_line_is_whole() {
        let mut input = vec![b'w'; MAX_KEPT_LINE + 10];
        input.extend_from_slice(b"}}\nnext\n");
        let (seen, scanned) = scan(&input, READ_SIZE);
        assert_eq!(seen.lines, [b"next".to_vec()]);
        assert_eq!(
            seen.long,
            [(vec![b'w'; LONG_LINE_HEAD], *b"}}", MAX_KEPT_LINE as u64 + 12, true)]
        );
        assert_eq!(scanned.complete_bytes, input.len() as u64);
    }
}
