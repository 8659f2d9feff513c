//! The cache file of a home: written whole and put in place by a rename, so that whoever reads it has one that is
//! whole, old or new. Several processes write it at once; the last one wins.
//!
//! ```text
//! magic 8 | format 8 | length of the index 8 | length of the states 8 | checksum of the index 4 | checksum of these 4
//! index: what every refresh needs
//! states: folds to go on from, each with its checksum in the index
//! ```
//!
//! The index is read at every start. The states are needed only of rollouts that grew: they are mapped when the first
//! of them is asked for ([`States`]).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use crate::codec::{crc32, stable_hash};
use crate::fs::atomic::{Pending, make_private, remove_abandoned};
use crate::fs::open::open_rollout;
use crate::index::cache::states::{State, States};

const MAGIC: [u8; 8] = *b"AOCODEX1";

/// The number of the format. A file of another format is not read.
///
/// It is raised with every change of what the bytes mean: the layout of the file, what is encoded of an entry, a
/// summary or a fold, and which records count. `tests/kept_folds.rs` fails when the encoded samples change.
pub const FORMAT: u64 = 12;

/// Bytes before the index.
const HEADER: usize = 40;

/// The largest file that is read or written, in bytes: half a million rollouts. What was written longest ago is left
/// out.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A home that nobody looked at for so long is not remembered.
const FORGOTTEN: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// The extension of a cache file's name.
const EXTENSION: &str = "store";

/// The path of a home's cache file in `directory`: one, however the home is spelled.
#[must_use]
pub fn path_of(home: &Path, directory: &Path) -> PathBuf {
    directory.join(format!("{:016x}.{EXTENSION}", stable_hash(&canonical(home))))
}

/// The home as its cache file names it.
#[must_use]
pub fn canonical(home: &Path) -> PathBuf {
    fs::canonicalize(home).unwrap_or_else(|_| home.to_owned())
}

/// A cache file that was read or written, open for its states.
#[derive(Debug)]
pub struct CacheFile {
    file: File,
    /// The offset and the length of the states, in bytes.
    start: u64,
    length: u64,
    /// The directory of the file.
    directory: PathBuf,
    /// The states, once they were asked for; `None` where they cannot be mapped.
    states: OnceLock<Option<Arc<States>>>,
}

impl CacheFile {
    /// Opens a file and gives its index; `None` when it is not there, not ours, not of this format, or damaged.
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
        if u32::from_le_bytes(*checksum) != crc32(facts) || *magic != MAGIC {
            return None;
        }
        let number = |at: usize| Some(u64::from_le_bytes(facts.get(at..at + 8)?.try_into().ok()?));
        let (format, index, states) = (number(8)?, number(16)?, number(24)?);
        let checksum = u32::from_le_bytes(facts.get(32..36)?.try_into().ok()?);
        let length = (HEADER as u64).checked_add(index)?.checked_add(states)?;
        if format != FORMAT || length != metadata.len() {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(index).ok()?];
        file.read_exact(&mut bytes).ok()?;
        let cache_file = Self::new(file, path.parent()?, index, states);
        (crc32(&bytes) == checksum).then_some((cache_file, bytes))
    }

    /// Writes a file in place of the one at `path`, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(path: &Path, index: &[u8], states: &[u8]) -> io::Result<Self> {
        let directory = path.parent().ok_or(io::ErrorKind::NotFound)?;
        make_private(directory)?;
        let pending = Pending::new(path)?;
        write_whole(pending.file(), index, states)?;
        let file = pending.replace()?;
        tidy(directory);
        Ok(Self::new(file, directory, index.len() as u64, states.len() as u64))
    }

    fn new(file: File, directory: &Path, index: u64, states: u64) -> Self {
        Self {
            file,
            start: HEADER as u64 + index,
            length: states,
            directory: directory.to_owned(),
            states: OnceLock::new(),
        }
    }

    /// The bytes of a state; `None` when it is damaged, or the states cannot be mapped.
    #[must_use]
    pub fn state(&self, at: u64, length: u32, checksum: u32) -> Option<State> {
        let map = || States::copy_of(&self.file, self.start, self.length, &self.directory);
        let states = self.states.get_or_init(|| map().ok().map(Arc::new));
        states.as_ref()?.state(at, length, checksum)
    }
}

fn write_whole(mut file: &File, index: &[u8], states: &[u8]) -> io::Result<()> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(&MAGIC);
    for number in [FORMAT, index.len() as u64, states.len() as u64] {
        header.extend_from_slice(&number.to_le_bytes());
    }
    header.extend_from_slice(&crc32(index).to_le_bytes());
    header.extend_from_slice(&crc32(&header).to_le_bytes());
    for part in [&header, index, states] {
        file.write_all(part)?;
    }
    Ok(())
}

/// Removes what nobody will miss. What cannot be removed stays.
fn tidy(directory: &Path) {
    let _ = remove_abandoned(directory);
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| SystemTime::now().duration_since(written).ok());
        if age.is_some_and(|age| age > FORGOTTEN) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Tells whether nobody else can have written the file.
#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Tells whether nobody else can have written the file: the directory is the user's.
#[cfg(not(unix))]
fn is_ours(_metadata: &fs::Metadata) -> bool {
    true
}
