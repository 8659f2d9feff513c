//! Puts any number of rows in order with little memory: parts that fit are sorted and set aside in files without a
//! name, which are then read side by side.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::mem;
use std::path::{Path, PathBuf};

use crate::ledger::buckets::Standing;

/// The number of bytes of rows that are held in memory before they are set aside.
const MAX_PENDING_BYTES: usize = 8 * 1024 * 1024;

/// The number of parts that are set aside before they are made one: each is an open file with a buffer.
const MAX_PARTS: usize = 64;

/// The memory that a row takes beside its texts, in bytes.
const ROW_OVERHEAD: usize = 64;

/// A row, and what decides its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// The time when the response was written, in milliseconds since 1970.
    pub at_ms: i64,
    /// The response.
    pub id: Box<str>,
    /// The certainty that it was billed. Of several rows of one response the surest counts.
    pub standing: Standing,
    /// The row as a line of JSON, without its terminator.
    pub line: Box<str>,
    /// A number of the reading that it comes from.
    pub source: u64,
}

/// The number of what counts whatever else was read.
pub const SURE_SOURCE: u64 = 0;

impl Row {
    /// Tells whether both are about one response.
    #[must_use]
    pub fn is_same_response(&self, other: &Self) -> bool {
        self.at_ms == other.at_ms && self.id == other.id
    }
}

/// Takes rows in any order.
#[derive(Debug)]
pub struct Sorter {
    directory: PathBuf,
    max_bytes: usize,
    pending: Vec<Row>,
    bytes: usize,
    parts: Vec<File>,
}

impl Sorter {
    /// A sorter that sets rows aside in `directory`.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            max_bytes: MAX_PENDING_BYTES,
            pending: Vec::new(),
            bytes: 0,
            parts: Vec::new(),
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    ///
    /// When rows cannot be set aside.
    pub fn push(&mut self, row: Row) -> io::Result<()> {
        self.bytes += row.id.len() + row.line.len() + ROW_OVERHEAD;
        self.pending.push(row);
        if self.bytes < self.max_bytes {
            return Ok(());
        }
        self.bytes = 0;
        let mut pending = mem::take(&mut self.pending);
        pending.sort_unstable();
        let part = self.set_aside(pending.into_iter().map(Ok))?;
        self.parts.push(part);
        if self.parts.len() == MAX_PARTS {
            let merged = merge(mem::take(&mut self.parts), Vec::new(), None)?;
            let part = self.set_aside(merged)?;
            self.parts.push(part);
        }
        Ok(())
    }

    /// The rows of some sources in order, each response once.
    ///
    /// # Errors
    ///
    /// When what was set aside cannot be read.
    pub fn finish(mut self, sources: HashSet<u64>) -> io::Result<Merged> {
        self.pending.sort_unstable();
        merge(self.parts, self.pending, Some(sources))
    }

    fn set_aside(&self, rows: impl Iterator<Item = io::Result<Row>>) -> io::Result<File> {
        let mut writer = BufWriter::new(tempfile::tempfile_in(&self.directory)?);
        for row in rows {
            let Row { at_ms, id, standing, line, source } = row?;
            writer.write_all(&at_ms.to_le_bytes())?;
            writer.write_all(&source.to_le_bytes())?;
            writer.write_all(&[standing as u8])?;
            for text in [&id, &line] {
                writer.write_all(&(text.len() as u64).to_le_bytes())?;
                writer.write_all(text.as_bytes())?;
            }
        }
        let mut file = writer.into_inner()?;
        file.rewind()?;
        Ok(file)
    }
}

/// Rows in order, read from several parts.
#[derive(Debug)]
pub struct Merged {
    parts: Vec<Part>,
    /// The next row of each part.
    heap: BinaryHeap<Reverse<(Row, usize)>>,
    /// The sources of the rows that count, each response once; all rows when it is not given.
    sources: Option<HashSet<u64>>,
    last: Option<(i64, Box<str>)>,
}

#[derive(Debug)]
enum Part {
    SetAside(BufReader<File>),
    Pending(std::vec::IntoIter<Row>),
}

impl Part {
    fn next(&mut self) -> io::Result<Option<Row>> {
        match self {
            Self::SetAside(reader) => read(reader),
            Self::Pending(rows) => Ok(rows.next()),
        }
    }
}

fn merge(parts: Vec<File>, pending: Vec<Row>, sources: Option<HashSet<u64>>) -> io::Result<Merged> {
    let parts = parts.into_iter().map(|file| Part::SetAside(BufReader::new(file)));
    let mut parts: Vec<Part> = parts.chain([Part::Pending(pending.into_iter())]).collect();
    let mut heap = BinaryHeap::with_capacity(parts.len());
    for (at, part) in parts.iter_mut().enumerate() {
        heap.extend(part.next()?.map(|row| Reverse((row, at))));
    }
    Ok(Merged { parts, heap, sources, last: None })
}

impl Iterator for Merged {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Reverse((row, at)) = self.heap.pop()?;
            match self.parts.get_mut(at).map_or(Ok(None), Part::next) {
                Ok(next) => self.heap.extend(next.map(|row| Reverse((row, at)))),
                Err(error) => return Some(Err(error)),
            }
            let Some(sources) = &self.sources else { return Some(Ok(row)) };
            let is_again =
                self.last.as_ref().is_some_and(|(ms, id)| *ms == row.at_ms && *id == row.id);
            if !is_again && sources.contains(&row.source) {
                self.last = Some((row.at_ms, row.id.clone()));
                return Some(Ok(row));
            }
        }
    }
}

fn read(reader: &mut BufReader<File>) -> io::Result<Option<Row>> {
    let mut at_ms = [0; 8];
    if reader.read(&mut at_ms[..1])? == 0 {
        return Ok(None);
    }
    reader.read_exact(&mut at_ms[1..])?;
    let mut source = [0; 8];
    reader.read_exact(&mut source)?;
    let mut standing = [0];
    reader.read_exact(&mut standing)?;
    let standings = [Standing::Billed, Standing::Guessed, Standing::Inherited];
    let standing = standings.into_iter().find(|one| [*one as u8] == standing);
    let standing = standing.ok_or(io::ErrorKind::InvalidData)?;
    let mut text = || -> io::Result<Box<str>> {
        let mut length = [0; 8];
        reader.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        let mut text = String::new();
        reader.take(length).read_to_string(&mut text)?;
        if text.len() as u64 == length {
            Ok(text.into())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    };
    let (at_ms, source) = (i64::from_le_bytes(at_ms), u64::from_le_bytes(source));
    Ok(Some(Row { at_ms, id: text()?, standing, line: text()?, source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at_ms: i64, size: usize) -> Row {
        let id: Box<str> = format!("r-{at_ms}").into();
        let line = format!("{id} {}", "x".repeat(size)).into();
        Row { at_ms, id, standing: Standing::Billed, line, source: SURE_SOURCE }
    }

    fn sorted(max_bytes: usize, rows: impl Iterator<Item = Row>) -> Vec<i64> {
        let directory = tempfile::tempdir().unwrap();
        let mut sorter = Sorter { max_bytes, ..Sorter::new(directory.path()) };
        rows.for_each(|row| sorter.push(row).unwrap());
        let rows = sorter.finish(HashSet::from([SURE_SOURCE])).unwrap().map(|row| {
            let row = row.unwrap();
            assert!(row.line.starts_with(&*row.id));
            row.at_ms
        });
        let rows = rows.collect();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        rows
    }

    #[test]
    fn rows_that_do_not_fit_in_memory_come_in_order() {
        let rows = (0..400).rev().map(|at| row(at, 1000));
        assert_eq!(sorted(50_000, rows), (0..400).collect::<Vec<_>>());
    }

    #[test]
    fn more_parts_than_may_be_open_come_in_order() {
        let count = i64::try_from(MAX_PARTS).unwrap() * 3 + 3;
        let rows = (0..count).rev().map(|at| row(at, 1000));
        assert_eq!(sorted(1, rows), (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn a_response_that_comes_twice_is_one_row() {
        assert_eq!(sorted(200, [3, 1, 3, 2, 1].map(|at| row(at, 1)).into_iter()), [1, 2, 3]);
    }

    #[test]
    fn of_several_rows_the_surest_of_those_that_count_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        for max_bytes in [1, usize::MAX] {
            let mut sorter = Sorter { max_bytes, ..Sorter::new(directory.path()) };
            let surely = [
                (Standing::Inherited, 7),
                (Standing::Guessed, 7),
                (Standing::Guessed, 8),
                (Standing::Billed, 9),
            ];
            for (standing, source) in surely {
                sorter.push(Row { standing, source, ..row(1, 1) }).unwrap();
            }
            let rows = sorter.finish(HashSet::from([7, 8])).unwrap();
            let rows: Vec<Row> = rows.map(Result::unwrap).collect();
            assert_eq!(rows, [Row { standing: Standing::Guessed, source: 7, ..row(1, 1) }]);
        }
    }
}
