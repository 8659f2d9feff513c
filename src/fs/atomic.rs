//! The one writer of whole files: they are written under another name in the same directory, then renamed.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

/// The beginning of the names of unfinished files.
const PREFIX: &str = ".ao-codex-";

/// An unfinished file of this age belongs to a process that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(600);

/// A file that is not yet in place: dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Pending {
    temporary: NamedTempFile,
    target: PathBuf,
}

impl Pending {
    /// Begins an empty file for `target`, private to the user.
    pub(crate) fn new(target: &Path) -> io::Result<Self> {
        let directory = match target.parent() {
            Some(directory) if directory != Path::new("") => directory,
            _ => Path::new("."),
        };
        let temporary = Builder::new().prefix(PREFIX).tempfile_in(directory)?;
        Ok(Self { temporary, target: target.to_owned() })
    }

    /// The file, to write into.
    pub(crate) fn file(&self) -> &File {
        self.temporary.as_file()
    }

    /// Writes `content` for `target`, down to the disk.
    #[cfg(unix)]
    pub(crate) fn write(target: &Path, content: &[u8], mode: u32) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let pending = Self::new(target)?;
        let mut file = pending.file();
        file.write_all(content)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        Ok(pending)
    }

    /// Puts the file in place, whatever is there.
    pub(crate) fn replace(self) -> io::Result<File> {
        Ok(self.temporary.persist(&self.target)?)
    }

    /// Puts the file in place if nothing is there; otherwise fails with `AlreadyExists`.
    #[cfg(unix)]
    pub(crate) fn create(self) -> io::Result<()> {
        self.temporary.persist_noclobber(&self.target)?;
        Ok(())
    }
}

/// Puts a file with `content` in place, private to the user.
pub(crate) fn write(target: &Path, content: &[u8]) -> io::Result<()> {
    let pending = Pending::new(target)?;
    pending.file().write_all(content)?;
    pending.replace()?;
    Ok(())
}

/// Makes a directory that is the user's alone, and those above it that are not there.
pub(crate) fn make_private(directory: &Path) -> io::Result<()> {
    if directory.is_dir() || directory == Path::new("") {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Removes from a directory the files that killed processes have left unfinished.
pub(crate) fn remove_abandoned(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let is_old = || {
            let modified = entry.metadata().and_then(|found| found.modified());
            modified.is_ok_and(|time| {
                SystemTime::now().duration_since(time).is_ok_and(|age| age > ABANDONED_AFTER)
            })
        };
        if ours && is_old() {
            // Another process may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
