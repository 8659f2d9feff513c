//! Asks what the system says of the files of one directory, by their names in it: that costs half of what whole paths do.

use std::io;
use std::path::Path;

use crate::fs::file_stamp::Identity;

/// What the system says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What is there.
    pub identity: Identity,
    /// Whether it is a regular file.
    pub is_file: bool,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Whether it has other names.
    pub is_linked: bool,
}

#[cfg(unix)]
pub use unix::StatIn;

#[cfg(unix)]
mod unix {
    use super::{Identity, Path, Seen, io};
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};

    use crate::fs::file_stamp::Moment;

    /// A directory.
    #[derive(Debug)]
    pub struct StatIn {
        opened: rustix::io::Result<OwnedFd>,
    }

    impl StatIn {
        /// Opens it.
        #[must_use]
        pub fn new(path: &Path) -> Self {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Self { opened: open(path, flags, Mode::empty()) }
        }

        /// What is called `name`. A link is a link.
        ///
        /// # Errors
        ///
        /// When there is nothing, or the system does not say.
        pub fn stat(&self, name: &str) -> io::Result<Seen> {
            let directory = self.opened.as_ref().map_err(|error| *error)?;
            let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
            // The widths of these fields differ between platforms.
            #[allow(
                clippy::useless_conversion,
                clippy::unnecessary_fallible_conversions,
                reason = "the widths of these fields differ between platforms"
            )]
            let identity = Identity {
                device: u64::try_from(stat.st_dev).unwrap_or_default(),
                inode: u64::from(stat.st_ino),
                size: u64::try_from(stat.st_size).unwrap_or_default(),
                modified: moment(i64::from(stat.st_mtime), u64::try_from(stat.st_mtime_nsec)),
                changed: moment(i64::from(stat.st_ctime), u64::try_from(stat.st_ctime_nsec)),
            };
            let kind = FileType::from_raw_mode(stat.st_mode);
            Ok(Seen {
                identity,
                is_file: kind == FileType::RegularFile,
                is_directory: kind == FileType::Directory,
                is_linked: stat.st_nlink > 1,
            })
        }
    }

    fn moment<E>(seconds: i64, nanos: Result<u64, E>) -> Moment {
        Moment { seconds, nanos: nanos.unwrap_or_default() }
    }
}

#[cfg(not(unix))]
pub use elsewhere::StatIn;

#[cfg(not(unix))]
mod elsewhere {
    use super::{Identity, Path, Seen, io};
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
        pub fn new(path: &Path) -> Self {
            Self { path: path.to_owned() }
        }

        /// What is called `name`. A link is a link.
        ///
        /// # Errors
        ///
        /// When there is nothing, or the system does not say.
        pub fn stat(&self, name: &str) -> io::Result<Seen> {
            let metadata = fs::symlink_metadata(self.path.join(name))?;
            let identity = Identity::of(&metadata);
            Ok(Seen {
                identity,
                is_file: metadata.is_file(),
                is_directory: metadata.is_dir(),
                is_linked: false,
            })
        }
    }
}
