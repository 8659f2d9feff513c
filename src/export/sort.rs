//! Puts any number of rows in order, day by day, with little memory: parts that fit are sorted and set aside in files
//! without a name, which are then read side by side.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::export::merge::{Merged, Section};
use crate::export::ordered::Row;

/// The number of bytes of rows that are held in memory before they are set aside. While they are, as many more come.
const MAX_PENDING_BYTES: usize = 4 * 1024 * 1024;

/// The number of parts that are set aside before they are made one: each is an open file.
const MAX_PARTS: usize = 160;

/// The number of bytes that are written to a part at a time.
const BUFFER: usize = 64 * 1024;

/// Takes rows in any order, from several threads.
#[derive(Debug)]
pub struct Sorter {
    directory: PathBuf,
    max_bytes: usize,
    pending: Mutex<Pending>,
    /// Who holds this writes a part. Others go on adding rows until there are enough for the next one.
    parts: Mutex<Vec<Part>>,
}

#[derive(Debug, Default)]
struct Pending {
    rows: Vec<Row>,
    bytes: usize,
}

/// A sorted file.
#[derive(Debug)]
struct Part {
    file: File,
    /// Where the rows of each day begin and end.
    days: BTreeMap<i64, (u64, u64)>,
}

impl Sorter {
    /// A sorter that sets rows aside in `directory`.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            max_bytes: MAX_PENDING_BYTES,
            pending: Mutex::default(),
            parts: Mutex::default(),
        }
    }

    /// Takes rows.
    ///
    /// # Errors
    ///
    /// When rows cannot be set aside.
    pub fn push(&self, rows: Vec<Row>) -> io::Result<()> {
        let mut pending = locked(&self.pending);
        pending.bytes += rows.iter().map(Row::size).sum::<usize>();
        pending.rows.extend(rows);
        if pending.bytes < self.max_bytes {
            return Ok(());
        }
        drop(pending);
        let mut parts = locked(&self.parts);
        let rows = {
            let mut pending = locked(&self.pending);
            // Somebody else may have taken them meanwhile.
            if pending.bytes < self.max_bytes {
                return Ok(());
            }
            mem::take(&mut *pending).rows
        };
        self.add_part(&mut parts, rows)
    }

    /// The rows of some sources in order, each response once.
    ///
    /// # Errors
    ///
    /// When the last of them cannot be set aside.
    pub fn finish(self, sources: HashSet<u64>) -> io::Result<Sorted> {
        let Pending { rows, .. } = mem::take(&mut *locked(&self.pending));
        let mut parts = mem::take(&mut *locked(&self.parts));
        if !rows.is_empty() {
            self.add_part(&mut parts, rows)?;
        }
        Ok(Sorted { parts, sources })
    }

    fn add_part(&self, parts: &mut Vec<Part>, mut rows: Vec<Row>) -> io::Result<()> {
        rows.sort_unstable();
        parts.push(self.set_aside(rows.into_iter().map(Ok))?);
        if parts.len() == MAX_PARTS {
            let merged = {
                let sections = parts.iter().map(|part| Section::whole(&part.file));
                self.set_aside(Merged::new(sections.collect::<io::Result<_>>()?, None)?)?
            };
            *parts = vec![merged];
        }
        Ok(())
    }

    fn set_aside(&self, rows: impl Iterator<Item = io::Result<Row>>) -> io::Result<Part> {
        let file = tempfile::tempfile_in(&self.directory)?;
        let mut writer = BufWriter::with_capacity(BUFFER, &file);
        let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        let mut at = 0;
        for row in rows {
            let row = row?;
            let begins = at;
            at += row.write(&mut writer)?;
            days.entry(row.day()).or_insert((begins, at)).1 = at;
        }
        writer.flush()?;
        drop(writer);
        Ok(Part { file, days })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rows in order, day by day.
#[derive(Debug)]
pub struct Sorted {
    parts: Vec<Part>,
    /// The sources of the rows that count.
    sources: HashSet<u64>,
}

impl Sorted {
    /// The days that have rows, in order, counted from 1970. Rows that do not count are among them.
    #[must_use]
    pub fn days(&self) -> Vec<i64> {
        let days: BTreeSet<i64> =
            self.parts.iter().flat_map(|part| part.days.keys().copied()).collect();
        days.into_iter().collect()
    }

    /// The rows of a day that count, in order, each response once.
    ///
    /// # Errors
    ///
    /// When what was set aside cannot be read.
    pub fn rows_of(&self, day: i64) -> io::Result<Merged<'_>> {
        let of_day = |part: &Part| part.days.get(&day).copied();
        let section = |(part, (begins, ends))| Section::new(part, begins, ends);
        let sections = self.parts.iter().filter_map(|part| Some((&part.file, of_day(part)?)));
        Merged::new(sections.map(section).collect(), Some(&self.sources))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::options::DAY_MS;
    use crate::export::ordered::SURE_SOURCE;
    use crate::ledger::buckets::Standing;

    fn row(at_ms: i64, size: usize) -> Row {
        let id = format!("r-{at_ms}");
        let line = format!("{id} {}", "x".repeat(size));
        Row::new(at_ms, Standing::Billed, SURE_SOURCE, id.as_bytes(), line.as_bytes())
    }

    fn all(sorted: &Sorted) -> Vec<Row> {
        let days = sorted.days();
        days.iter().flat_map(|day| sorted.rows_of(*day).unwrap()).map(Result::unwrap).collect()
    }

    fn sorted(max_bytes: usize, rows: impl Iterator<Item = Row>) -> Vec<i64> {
        let directory = tempfile::tempdir().unwrap();
        let sorter = Sorter { max_bytes, ..Sorter::new(directory.path()) };
        rows.for_each(|row| sorter.push(vec![row]).unwrap());
        let rows =
            all(&sorter.finish(HashSet::from([SURE_SOURCE])).unwrap()).into_iter().map(|row| {
                assert!(row.line().starts_with(row.id()));
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
    fn rows_of_many_days_come_day_by_day() {
        let times: Vec<i64> = (-40..40).map(|at| at * DAY_MS / 4).collect();
        for max_bytes in [1, 1000, usize::MAX] {
            assert_eq!(sorted(max_bytes, times.iter().rev().map(|at| row(*at, 9))), times);
        }
    }

    #[test]
    fn a_response_that_comes_twice_is_one_row() {
        assert_eq!(sorted(200, [3, 1, 3, 2, 1].map(|at| row(at, 1)).into_iter()), [1, 2, 3]);
    }

    #[test]
    fn rows_of_many_threads_are_all_there() {
        let directory = tempfile::tempdir().unwrap();
        let sorter = Sorter { max_bytes: 5000, ..Sorter::new(directory.path()) };
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let sorter = &sorter;
                scope.spawn(move || {
                    for at in 0..100 {
                        sorter.push(vec![row(thread * 100 + at, 100)]).unwrap();
                    }
                });
            }
        });
        let rows = all(&sorter.finish(HashSet::from([SURE_SOURCE])).unwrap());
        assert_eq!(
            rows.iter().map(|row| row.at_ms).collect::<Vec<_>>(),
            (0..800).collect::<Vec<_>>()
        );
    }

    #[test]
    fn of_several_rows_the_surest_of_those_that_count_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let of = |standing, source| Row::new(1, standing, source, b"r-1", b"line");
        for max_bytes in [1, usize::MAX] {
            let sorter = Sorter { max_bytes, ..Sorter::new(directory.path()) };
            let surely = [
                (Standing::Inherited, 7),
                (Standing::Guessed, 7),
                (Standing::Guessed, 8),
                (Standing::Billed, 9),
            ];
            for (standing, source) in surely {
                sorter.push(vec![of(standing, source)]).unwrap();
            }
            let rows = all(&sorter.finish(HashSet::from([7, 8])).unwrap());
            assert_eq!(rows, [of(Standing::Guessed, 7)]);
        }
    }
}
