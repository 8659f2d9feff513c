//! Asks what the system says of the files of one directory, by their names in it: that costs half of what whole paths
//! do.

use std::io;
use std::path::{Path, PathBuf};

use crate::fs::file_stamp::FileStamp;
use crate::index::catalog::list::{LINK, NOT_REGULAR};
use crate::rollout::file::Skipped;

/// The answer of the system about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Its stamp.
    pub stamp: FileStamp,
    /// Its kind.
    pub kind: Kind,
    /// True if it has other names.
    pub is_linked: bool,
}

/// The kind of file that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO, a socket, a device.
    Other,
}

impl Kind {
    /// The reason why something of this kind is skipped.
    #[must_use]
    pub fn skipped(self, path: PathBuf) -> Skipped {
        let reason = if self == Self::Link { LINK } else { NOT_REGULAR };
        Skipped { path, reason: reason.to_owned() }
    }
}

#[cfg(unix)]
pub use unix::StatIn;

#[cfg(unix)]
mod unix {
    use super::{FileStamp, Kind, Path, Stat, io};
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};

    use crate::fs::file_stamp::Timestamp;

    /// A directory.
    #[derive(Debug)]
    pub struct StatIn {
        opened: rustix::io::Result<OwnedFd>,
    }

    impl StatIn {
        /// Opens it; a link only where `may_be_link`.
        #[must_use]
        pub fn new(path: &Path, may_be_link: bool) -> Self {
            let follow = if may_be_link { OFlags::empty() } else { OFlags::NOFOLLOW };
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | follow;
            Self { opened: open(path, flags, Mode::empty()) }
        }

        /// Asks the system about `name`. A link is a link.
        ///
        /// # Errors
        ///
        /// When there is nothing, or the system does not say.
        pub fn stat(&self, name: &str) -> io::Result<Stat> {
            let directory = self.opened.as_ref().map_err(|error| *error)?;
            let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
            // The widths of these fields differ between platforms.
            #[allow(
                clippy::useless_conversion,
                clippy::unnecessary_fallible_conversions,
                reason = "the widths of these fields differ between platforms"
            )]
            let stamp = FileStamp {
                device: u64::try_from(stat.st_dev).unwrap_or_default(),
                inode: u64::from(stat.st_ino),
                size: u64::try_from(stat.st_size).unwrap_or_default(),
                modified: timestamp(i64::from(stat.st_mtime), u64::try_from(stat.st_mtime_nsec)),
                changed: timestamp(i64::from(stat.st_ctime), u64::try_from(stat.st_ctime_nsec)),
            };
            let kind = match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Directory,
                FileType::Symlink => Kind::Link,
                _ => Kind::Other,
            };
            Ok(Stat { stamp, kind, is_linked: stat.st_nlink > 1 })
        }
    }

    fn timestamp<E>(seconds: i64, nanos: Result<u64, E>) -> Timestamp {
        Timestamp { seconds, nanos: nanos.unwrap_or_default() }
    }
}

#[cfg(not(unix))]
pub use elsewhere::StatIn;

#[cfg(not(unix))]
mod elsewhere {
    use super::{FileStamp, Kind, Path, Stat, io};
    use std::fs;
    use std::path::PathBuf;

    /// A directory.
    #[derive(Debug)]
    pub struct StatIn {
        path: PathBuf,
    }

    impl StatIn {
        /// The directory at `path`.
        #[must_use]
        pub fn new(path: &Path, _may_be_link: bool) -> Self {
            Self { path: path.to_owned() }
        }

        /// Asks the system about `name`. A link is a link.
        ///
        /// # Errors
        ///
        /// When there is nothing, or the system does not say.
        pub fn stat(&self, name: &str) -> io::Result<Stat> {
            let metadata = fs::symlink_metadata(self.path.join(name))?;
            let kind = match metadata.file_type() {
                kind if kind.is_symlink() => Kind::Link,
                kind if kind.is_dir() => Kind::Directory,
                kind if kind.is_file() => Kind::File,
                _ => Kind::Other,
            };
            Ok(Stat { stamp: FileStamp::of(&metadata), kind, is_linked: false })
        }
    }
}
