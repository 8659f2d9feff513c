//! Rows that were set aside, read back: several sorted sections of files as one.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::collections::binary_heap::{BinaryHeap, PeekMut};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::mem;

use crate::export::ordered::Row;

/// The number of bytes that are read of a section at a time: as many sections as parts may be open are read at once.
const BUFFER: usize = 16 * 1024;

/// A section of a file of rows. Several are read of one file at the same time.
#[derive(Debug)]
pub(super) struct Section<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl<'f> Section<'f> {
    pub(super) fn new(file: &'f File, at: u64, end: u64) -> Self {
        Self { file, at, end }
    }

    pub(super) fn whole(file: &'f File) -> io::Result<Self> {
        Ok(Self::new(file, 0, file.metadata()?.len()))
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let size = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..size) else { return Ok(0) };
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Rows in order, read from several sections.
#[derive(Debug)]
pub struct Merged<'s> {
    sections: Vec<BufReader<Section<'s>>>,
    /// The next row of each section.
    heap: BinaryHeap<Reverse<(Row, usize)>>,
    /// The sources of the rows that count, each response once; all rows when it is not given.
    sources: Option<&'s HashSet<u64>>,
    /// The time and the id of the last row.
    last: Option<(i64, Vec<u8>)>,
}

impl<'s> Merged<'s> {
    pub(super) fn new(
        sections: Vec<Section<'s>>,
        sources: Option<&'s HashSet<u64>>,
    ) -> io::Result<Self> {
        let buffered = |section| BufReader::with_capacity(BUFFER, section);
        let mut sections: Vec<_> = sections.into_iter().map(buffered).collect();
        let mut heap = BinaryHeap::with_capacity(sections.len());
        for (at, section) in sections.iter_mut().enumerate() {
            heap.extend(Row::read(section)?.map(|row| Reverse((row, at))));
        }
        Ok(Self { sections, heap, sources, last: None })
    }

    /// The next row of all.
    fn next_row(&mut self) -> io::Result<Option<Row>> {
        let Some(mut least) = self.heap.peek_mut() else { return Ok(None) };
        let Reverse((_, at)) = &*least;
        let next = self.sections.get_mut(*at).map_or(Ok(None), Row::read)?;
        Ok(Some(match next {
            Some(next) => mem::replace(&mut least.0.0, next),
            None => PeekMut::pop(least).0.0,
        }))
    }

    fn counts(&self, row: &Row) -> bool {
        let Some(sources) = self.sources else { return true };
        let is_again =
            self.last.as_ref().is_some_and(|(at_ms, id)| *at_ms == row.at_ms && *id == row.id());
        !is_again && sources.contains(&row.source)
    }
}

impl Iterator for Merged<'_> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.next_row().transpose()? {
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            if self.counts(&row) {
                if self.sources.is_some() {
                    let (at_ms, id) = self.last.get_or_insert_default();
                    *at_ms = row.at_ms;
                    id.clear();
                    id.extend_from_slice(row.id());
                }
                return Some(Ok(row));
            }
        }
    }
}
