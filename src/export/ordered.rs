//! A row with what decides its place, in memory and where it is set aside.

use std::io::{self, BufRead, Read, Write};

use crate::export::options::DAY_MS;
use crate::ledger::buckets::Standing;

/// The length of what stands before a row's texts: its time, source, standing, and the lengths of id and line.
const HEADER: usize = 8 + 8 + 1 + 4 + 4;

/// A row, and what decides its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The time when the response was written, in milliseconds since 1970.
    pub at_ms: i64,
    /// The certainty that it was billed. Of several rows of one response the surest counts.
    pub standing: Standing,
    /// A number of the reading that it comes from.
    pub source: u64,
    /// The response's id, then the row as a line of JSON.
    text: Box<[u8]>,
    id_length: usize,
}

/// The number of what counts whatever else was read.
pub const SURE_SOURCE: u64 = 0;

impl Row {
    /// A row of a response; `line` is JSON without a terminator.
    #[must_use]
    pub fn new(at_ms: i64, standing: Standing, source: u64, id: &[u8], line: &[u8]) -> Self {
        Self { at_ms, standing, source, text: [id, line].concat().into(), id_length: id.len() }
    }

    /// The response.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        self.text.get(..self.id_length).unwrap_or_default()
    }

    /// The row as a line of JSON, without its terminator.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        self.text.get(self.id_length..).unwrap_or_default()
    }

    /// The UTC day of the response, counted from 1970.
    #[must_use]
    pub fn day(&self) -> i64 {
        self.at_ms.div_euclid(DAY_MS)
    }

    /// Tells whether both are about one response.
    #[must_use]
    pub fn is_same_response(&self, other: &Self) -> bool {
        self.at_ms == other.at_ms && self.id() == other.id()
    }

    /// The memory that it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        self.text.len() + size_of::<Self>()
    }

    /// Writes it, to be read by [`Row::read`]; the number of bytes.
    pub(super) fn write(&self, writer: &mut impl Write) -> io::Result<u64> {
        let (id, line) = (self.id(), self.line());
        let length = |text: &[u8]| u32::try_from(text.len()).map_err(io::Error::other);
        writer.write_all(&self.at_ms.to_le_bytes())?;
        writer.write_all(&self.source.to_le_bytes())?;
        writer.write_all(&[self.standing as u8])?;
        writer.write_all(&length(id)?.to_le_bytes())?;
        writer.write_all(&length(line)?.to_le_bytes())?;
        writer.write_all(id)?;
        writer.write_all(line)?;
        Ok((HEADER + id.len() + line.len()) as u64)
    }

    /// Reads what [`Row::write`] wrote; `None` at the end.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        if reader.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let (at_ms, source) =
            (i64::from_le_bytes(array(reader)?), u64::from_le_bytes(array(reader)?));
        let [standing] = array(reader)?;
        let standings = [Standing::Billed, Standing::Guessed, Standing::Inherited];
        let standing = standings.into_iter().find(|one| *one as u8 == standing);
        let standing = standing.ok_or(io::ErrorKind::InvalidData)?;
        let lengths =
            [array(reader)?, array(reader)?].map(|bytes| u32::from_le_bytes(bytes) as usize);
        let mut texts = vec![0; lengths.iter().sum()];
        reader.read_exact(&mut texts)?;
        let [id_length, _] = lengths;
        Ok(Some(Self { at_ms, standing, source, text: texts.into(), id_length }))
    }
}

impl Ord for Row {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let rest = |row: &Self| (row.standing, row.source);
        self.at_ms
            .cmp(&other.at_ms)
            .then_with(|| self.id().cmp(other.id()))
            .then_with(|| rest(self).cmp(&rest(other)))
            .then_with(|| self.line().cmp(other.line()))
    }
}

impl PartialOrd for Row {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn array<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}
