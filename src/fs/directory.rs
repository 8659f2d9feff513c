//! A directory that is held open, so that its files are asked for by name: a whole path costs the system a look at each
//! of its parts, thousands of times the same ones.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A directory that is held open.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
}

/// What a directory holds under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A link, a FIFO, …
    Other,
}

/// What is known of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Bytes on disk.
    pub size: u64,
    /// The last write, in milliseconds since 1970.
    pub modified_ms: i64,
}

impl Directory {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(unix)]
impl Directory {
    /// Opens a directory, following a link to one.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is none.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = open(&path, flags, Mode::empty())?;
        Ok(Self { path, handle })
    }

    /// Hands every name in it to `see`, with what it is: a link is a link.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or not to its end.
    pub fn each(&self, mut see: impl FnMut(&OsStr, Kind)) -> io::Result<()> {
        use rustix::fs::{AtFlags, Dir, FileType, statat};
        use std::os::unix::ffi::OsStrExt;
        let mut entries = Dir::new(self.handle.try_clone()?)?;
        // The clone shares the place in the directory with whoever read it before.
        entries.rewind();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                // Not every file system writes it into the directory.
                FileType::Unknown => match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(_gone) => continue,
                },
                known => known,
            };
            let kind = match kind {
                FileType::Directory => Kind::Directory,
                FileType::RegularFile => Kind::File,
                _ => Kind::Other,
            };
            see(OsStr::from_bytes(name.to_bytes()), kind);
        }
        Ok(())
    }

    /// What is known of the file `name`.
    ///
    /// # Errors
    ///
    /// When it is not there, or the system does not say.
    pub fn state(&self, name: &OsStr) -> io::Result<State> {
        use rustix::fs::{AtFlags, statat};
        let stat = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
        #[allow(clippy::useless_conversion, reason = "its width differs between platforms")]
        let nanos = i64::try_from(stat.st_mtime_nsec).unwrap_or_default();
        Ok(State {
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified_ms: super::open::unix_ms(stat.st_mtime, nanos),
        })
    }

    /// Opens the file `name` for reading. Follows no link, and does not wait for the other end of a FIFO: whoever reads
    /// by position will be refused there.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open_file(&self, name: &OsStr) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags =
            OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.handle, name, flags, Mode::empty())?.into())
    }
}

#[cfg(not(unix))]
impl Directory {
    /// Remembers a directory, which is opened for each question.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is none.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        drop(std::fs::read_dir(&path)?);
        Ok(Self { path })
    }

    /// Hands every name in it to `see`, with what it is: a link is a link.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or not to its end.
    pub fn each(&self, mut see: impl FnMut(&OsStr, Kind)) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            let Ok(kind) = entry.file_type() else { continue };
            let kind = match kind {
                kind if kind.is_dir() => Kind::Directory,
                kind if kind.is_file() => Kind::File,
                _ => Kind::Other,
            };
            see(&entry.file_name(), kind);
        }
        Ok(())
    }

    /// What is known of the file `name`.
    ///
    /// # Errors
    ///
    /// When it is not there, or the system does not say.
    pub fn state(&self, name: &OsStr) -> io::Result<State> {
        let metadata = std::fs::symlink_metadata(self.path.join(name))?;
        Ok(State { size: metadata.len(), modified_ms: super::open::modified_ms(&metadata) })
    }

    /// Opens the file `name` for reading.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open_file(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.path.join(name))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::fs::open::modified_ms;
    use std::fs;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn every_name_is_seen_once_at_each_look_with_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("directory")).unwrap();
        fs::write(dir.path().join("file"), "four").unwrap();
        std::os::unix::fs::symlink("file", dir.path().join("link")).unwrap();
        let directory = Directory::open(dir.path().to_owned()).unwrap();
        let expected =
            [("directory", Kind::Directory), ("file", Kind::File), ("link", Kind::Other)];
        for _ in 0..2 {
            let mut seen = Vec::new();
            directory.each(|name, kind| seen.push((name.to_owned(), kind))).unwrap();
            seen.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(seen, expected.map(|(name, kind)| (name.into(), kind)));
        }
    }

    #[test]
    fn a_file_is_known_as_its_path_knows_it_and_a_link_is_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "four").unwrap();
        std::os::unix::fs::symlink("file", dir.path().join("link")).unwrap();
        let directory = Directory::open(dir.path().to_owned()).unwrap();
        for ms in [1_767_000_000_123_i64, 999, 0, -1, -999, -1_500] {
            let distance = Duration::from_millis(ms.unsigned_abs());
            let time = if ms < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance };
            let file = File::options().append(true).open(&path).unwrap();
            file.set_modified(time).unwrap();
            let state = directory.state(OsStr::new("file")).unwrap();
            assert_eq!(state, State { size: 4, modified_ms: ms });
            assert_eq!(modified_ms(&file.metadata().unwrap()), ms);
        }
        assert!(directory.open_file(OsStr::new("file")).is_ok());
        assert!(directory.open_file(OsStr::new("link")).is_err());
    }
}
