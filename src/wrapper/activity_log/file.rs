//! The log's file and its directory: opened without following a link, and replaced by a rename.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, fstat, mkdirat, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use crate::fs::disk;

/// The directory, below a workspace.
pub(super) const DIRECTORY: &str = ".ao";
const FILE: &CStr = c"activity.jsonl";
/// A new file, before it takes the old one's place.
const PENDING: &CStr = c"activity.jsonl.new";

/// The modes of a new log and of its directory: only the user writes them.
const FILE_MODE: Mode = Mode::from_raw_mode(0o600);
const DIRECTORY_MODE: Mode = Mode::from_raw_mode(0o755);

/// The log's directory, open.
pub(super) struct Directory(OwnedFd);

/// The thing in the log's place.
pub(super) enum Existing {
    Absent,
    File(Log),
    /// A link, a directory, a pipe, or a file that has another name, too.
    Left,
}

/// A log that may be written to.
pub(super) struct Log {
    file: File,
    pub(super) size: u64,
    pub(super) mode: Mode,
}

impl Directory {
    /// The directory of a workspace, made where it is not there; `None` where it is a link, or no directory.
    pub(super) fn make(workspace: &Path) -> io::Result<Option<Self>> {
        if let Some(directory) = Self::open(workspace)? {
            return Ok(Some(directory));
        }
        match mkdirat(&top(workspace)?, DIRECTORY, DIRECTORY_MODE) {
            Ok(()) | Err(Errno::EXIST) => Self::open(workspace),
            Err(error) => Err(error.into()),
        }
    }

    /// The directory of a workspace; `None` where there is none.
    pub(super) fn open(workspace: &Path) -> io::Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(top(workspace)?, DIRECTORY, flags, Mode::empty()) {
            Ok(directory) => Ok(Some(Self(directory))),
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::MLINK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn log(&self) -> io::Result<Existing> {
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match openat(&self.0, FILE, flags | OFlags::CLOEXEC, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(Existing::Absent),
            // A link; a directory; a socket.
            Err(Errno::LOOP | Errno::MLINK | Errno::ISDIR | Errno::NXIO) => {
                return Ok(Existing::Left);
            }
            Err(error) => return Err(error.into()),
        };
        let found = fstat(&file)?;
        if !FileType::from_raw_mode(found.st_mode).is_file() || found.st_nlink != 1 {
            return Ok(Existing::Left);
        }
        let size = found.st_size.unsigned_abs();
        let mode = Mode::from_raw_mode(found.st_mode);
        Ok(Existing::File(Log { file: File::from(file), size, mode }))
    }

    /// Puts a new file in place, with the mode of the one before it; whatever is there is not written to.
    pub(super) fn replace(&self, text: &[u8], mode: Option<Mode>) -> io::Result<()> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let create = || openat(&self.0, PENDING, flags, mode.unwrap_or(FILE_MODE));
        let file = match create() {
            // Of a process that was killed, or of one that does the same now: either's is as good.
            Err(Errno::EXIST) => {
                unlinkat(&self.0, PENDING, AtFlags::empty())?;
                create()?
            }
            created => created?,
        };
        File::from(file).write_all(text)?;
        renameat(&self.0, PENDING, &self.0, FILE)?;
        Ok(())
    }

    pub(super) fn remove_log(&self) -> io::Result<()> {
        Ok(unlinkat(&self.0, FILE, AtFlags::empty())?)
    }
}

impl Log {
    /// The whole of it; `None` where it is longer than this.
    pub(super) fn text(&mut self, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut text = Vec::new();
        let length = (&self.file).take(limit + 1).read_to_end(&mut text)?;
        Ok((length as u64 <= limit).then_some(text))
    }

    /// Appends a line in one write: lines of processes that run at once never mix. A line of another's that has no end
    /// is ended.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let mut last = [b'\n'];
        if self.size > 0 {
            self.file.seek(SeekFrom::Start(self.size - 1))?;
            // Where it has shrunk since, nothing is read.
            let _ = self.file.read(&mut last)?;
        }
        let separator: &[u8] = if last == [b'\n'] { b"" } else { b"\n" };
        self.file.write_all(&[separator, line].concat())
    }
}

/// The workspace itself is what the host named, through links or not.
fn top(workspace: &Path) -> io::Result<OwnedFd> {
    disk::check(workspace)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(CWD, workspace, flags, Mode::empty())?)
}
