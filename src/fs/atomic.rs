//! Puts whole files in place: written under another name in the same directory, then renamed.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// What the names of unfinished files begin with.
const PREFIX: &str = ".ao-codex-";
/// An unfinished file of this age belongs to a process that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(600);

/// A file that is written but not yet in place; dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Pending {
    temporary: PathBuf,
    target: PathBuf,
}

impl Pending {
    /// Writes `content` beside `target`.
    pub(crate) fn write(target: &Path, content: &[u8], mode: u32) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let directory = target.parent().unwrap_or(Path::new("."));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = directory.join(format!("{PREFIX}{}-{number}", process::id()));
        // Of this name only an abandoned file can be there.
        if let Err(error) = fs::remove_file(&temporary)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file: File =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        let pending = Self { temporary, target: target.to_owned() };
        file.write_all(content)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
        Ok(pending)
    }

    /// Puts the file in place, whatever is there.
    pub(crate) fn replace(self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.target)
    }

    /// Puts the file in place if nothing is there; otherwise fails with `AlreadyExists`.
    pub(crate) fn create(self) -> io::Result<()> {
        fs::hard_link(&self.temporary, &self.target)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // After a rename there is nothing to remove, and nobody to tell of a failure.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Removes what killed processes have left in a directory.
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
