//! The file in which a home is remembered: written whole and put in place by a rename, so that whoever reads it has one
//! that is whole, old or new. Several processes write it at once; the last one wins.
//!
//! ```text
//! magic 8 | build 8 | length of the index 8 | length of the states 8 | checksum of the index 4 | checksum of these 4
//! index: what every look needs
//! states: folds to go on from, each with its checksum in the index
//! ```
//!
//! Why a plain file: 10,000 rows of 450 bytes, best of seven on one machine, were loaded in 2.4 ms and written in 2.9 ms
//! as a file, in 3.7 and 28 ms by `SQLite` 3.46, in 7.3 and 92 ms by `redb` 2, which add 1.0 and 0.5 MB to a program;
//! and what is remembered is loaded whole at every start and written whole at the end of a scan. The layout is flat, so
//! that it could be mapped, but reading is no slower: a mapping costs a fault where a read costs a copy. A file that is
//! read cannot end the process when somebody cuts it, and what is rarely needed, the states, is read one by one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::fs::open::open_rollout;
use crate::index::cache::place::EXTENSION;

const MAGIC: [u8; 8] = *b"AOCODEX1";

/// Everything that decides what the bytes mean: the sources and the compiler of this build.
const BUILD: &str = env!("AO_STORE_STAMP");

/// Bytes before the index.
const HEADER: usize = 40;

/// The largest file that is read or written, in bytes: half a million rollouts. What was written longest ago is left out.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A home that nobody looked at for so long is not remembered.
const FORGOTTEN: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// What a process that was killed left behind is in nobody's way sooner.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A file that was read or written, open for its states.
#[derive(Debug)]
pub struct Saved {
    file: File,
    states: u64,
}

impl Saved {
    /// Opens a file and gives its index; `None` when it is not there, not ours, not of this build, or damaged.
    #[must_use]
    pub fn open(path: &Path) -> Option<(Self, Vec<u8>)> {
        let (mut file, metadata) = open_rollout(path).ok()?;
        if metadata.len() > MAX_BYTES || !is_ours(&metadata) {
            return None;
        }
        let mut header = [0; HEADER];
        file.read_exact(&mut header).ok()?;
        let (facts, checksum) = header.split_last_chunk::<4>()?;
        let magic = facts.first_chunk::<8>()?;
        if u32::from_le_bytes(*checksum) != crc32fast::hash(facts) || *magic != MAGIC {
            return None;
        }
        let number = |at: usize| Some(u64::from_le_bytes(facts.get(at..at + 8)?.try_into().ok()?));
        let (build, index, states) = (number(8)?, number(16)?, number(24)?);
        let checksum = u32::from_le_bytes(facts.get(32..36)?.try_into().ok()?);
        let length = (HEADER as u64).checked_add(index)?.checked_add(states)?;
        if build != this_build() || length != metadata.len() {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(index).ok()?];
        file.read_exact(&mut bytes).ok()?;
        let saved = Self { file, states: HEADER as u64 + index };
        (crc32fast::hash(&bytes) == checksum).then_some((saved, bytes))
    }

    /// Writes a file in place of the one at `path`, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(path: &Path, index: &[u8], states: &[u8]) -> io::Result<Self> {
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let directory = path.parent().ok_or(io::ErrorKind::NotFound)?;
        make_private(directory)?;
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_extension(format!("{}-{number}.tmp", process::id()));
        let written = write_whole(&temporary, index, states).and_then(|file| {
            fs::rename(&temporary, path)?;
            Ok(Self { file, states: (HEADER + index.len()) as u64 })
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        tidy(directory);
        written
    }

    /// Reads a state; `None` when it is damaged.
    #[must_use]
    pub fn state(&self, at: u64, length: u32, checksum: u32) -> Option<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        read_at(&self.file, &mut bytes, self.states.checked_add(at)?).ok()?;
        (crc32fast::hash(&bytes) == checksum).then_some(bytes)
    }
}

fn this_build() -> u64 {
    BUILD.parse().unwrap_or_default()
}

fn write_whole(path: &Path, index: &[u8], states: &[u8]) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(&MAGIC);
    for number in [this_build(), index.len() as u64, states.len() as u64] {
        header.extend_from_slice(&number.to_le_bytes());
    }
    header.extend_from_slice(&crc32fast::hash(index).to_le_bytes());
    header.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
    for part in [&header, index, states] {
        file.write_all(part)?;
    }
    Ok(file)
}

fn make_private(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Removes what nobody will miss. What cannot be removed stays.
fn tidy(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let limit = match path.extension().and_then(|extension| extension.to_str()) {
            Some(EXTENSION) => FORGOTTEN,
            Some("tmp") => ABANDONED,
            _ => continue,
        };
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| SystemTime::now().duration_since(written).ok());
        if age.is_some_and(|age| age > limit) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether nobody else can have written the file.
#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Whether nobody else can have written the file: the directory is the user's.
#[cfg(not(unix))]
fn is_ours(_metadata: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    let read = std::os::windows::fs::FileExt::seek_read(file, bytes, start)?;
    if read == bytes.len() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
