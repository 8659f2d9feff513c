//! The states of a cache file as a read-only map.
//!
//! The map is of a private copy without a name, never of the cache file itself: whoever cuts that file (`> file`, a
//! backup that is restored in place, `cp` onto it) would else take the pages away under us, and the kernel ends a
//! process that reads them with `SIGBUS`. The copy is made when the first state is asked for, so that a process whose
//! rollouts have not changed never makes one; where the file system can, it shares the blocks of the file.

#![expect(unsafe_code, reason = "mapping a file is unsafe; the one place where we do it")]

use std::env;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use crate::codec::crc32;

/// The states of a cache file.
#[derive(Debug)]
pub struct States {
    map: Mmap,
}

impl States {
    /// Maps a copy of `length` bytes of `file` from `start` on, made in `directory` or, where that cannot be written,
    /// in the system's directory for temporary files.
    ///
    /// # Errors
    ///
    /// When the file is shorter than that, or a copy can be made in neither directory.
    pub fn copy_of(file: &File, start: u64, length: u64, directory: &Path) -> io::Result<Self> {
        let copied = [directory, &env::temp_dir()]
            .into_iter()
            .map(|directory| copy(file, start, length, directory))
            .reduce(Result::or);
        let copied = copied.unwrap_or_else(|| Err(io::ErrorKind::NotFound.into()))?;
        // Safety: the bytes of a map must not change and its file must not become shorter while it is there. This file
        // has no name and its descriptor never leaves this module, so that nobody else can open, write or cut it.
        let map = unsafe { Mmap::map(&copied)? };
        Ok(Self { map })
    }

    /// The bytes of a state; `None` when they are not those of its checksum.
    #[must_use]
    pub fn state(self: &Arc<Self>, at: u64, length: u32, checksum: u32) -> Option<State> {
        let start = usize::try_from(at).ok()?;
        let range = start..start.checked_add(usize::try_from(length).ok()?)?;
        let bytes = self.map.get(range.clone())?;
        (crc32(bytes) == checksum).then(|| State { states: Arc::clone(self), range })
    }
}

/// The bytes of one state, where they lie in the map.
#[derive(Debug, Clone)]
pub struct State {
    states: Arc<States>,
    range: Range<usize>,
}

impl State {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.states.map.get(self.range.clone()).unwrap_or_default()
    }
}

fn copy(mut file: &File, start: u64, length: u64, directory: &Path) -> io::Result<File> {
    let mut copy = tempfile::tempfile_in(directory)?;
    file.seek(SeekFrom::Start(start))?;
    let copied = io::copy(&mut file.take(length), &mut copy)?;
    if copied == length { Ok(copy) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, OpenOptions};

    #[test]
    fn a_state_is_there_after_its_file_was_cut_overwritten_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.store");
        // Several pages: the first would survive a cut to a length in it.
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        fs::write(&path, &bytes).unwrap();
        let file = File::open(&path).unwrap();
        let states = Arc::new(States::copy_of(&file, 0, 400_000, directory.path()).unwrap());
        let state = states.state(200_000, 100_000, crc32(&bytes[200_000..300_000]));
        OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
        fs::write(&path, b"other").unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(state.unwrap().bytes(), &bytes[200_000..300_000]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_was_cut_before_has_no_states() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.store");
        fs::write(&path, [7; 100]).unwrap();
        let file = File::open(&path).unwrap();
        let states = States::copy_of(&file, 40, 61, directory.path());
        assert_eq!(states.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn bytes_outside_of_the_states_or_of_another_checksum_are_no_state() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.store");
        fs::write(&path, [7; 100]).unwrap();
        let file = File::open(&path).unwrap();
        let states = Arc::new(States::copy_of(&file, 40, 60, directory.path()).unwrap());
        let checksum = crc32(&[7; 10]);
        assert_eq!(states.state(50, 10, checksum).unwrap().bytes(), &[7; 10]);
        for (at, length, checksum) in
            [(51, 10, checksum), (u64::MAX, 10, checksum), (0, u32::MAX, checksum), (50, 10, 0)]
        {
            assert!(states.state(at, length, checksum).is_none(), "{at} {length}");
        }
    }
}
