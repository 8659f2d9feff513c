//! Puts the wrappers into `<ao home>/bin`, and takes them away.
//!
//! Any number of processes may do so at once: every file is written in full before the first is put in place, each is
//! put in place by a rename, and the marker comes last, so that a set with a marker is a whole set.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::marker::{self, Marker};
use super::replace::{Pending, remove_abandoned};
use super::scripts;
use super::status;
use crate::error::{Error, Result};

/// Only the user may look into the directory.
const DIRECTORY_MODE: u32 = 0o700;
const SCRIPT_MODE: u32 = 0o755;
const MARKER_MODE: u32 = 0o644;

/// What `install` is to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The orchestrator's home; the wrappers go into its `bin`.
    pub ao_home: PathBuf,
    /// The program that the metadata helper writes JSON with, by its absolute path.
    pub node: Option<PathBuf>,
    /// Replace also what another program or a newer version has put there.
    pub force: bool,
}

/// What `install` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// The set was written.
    Written,
    /// The set was there already.
    Current,
    /// Somebody else's set, or a newer one of ours, is there and was left alone.
    Left,
}

/// What `remove` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The set is gone.
    Removed,
    /// There was none.
    Absent,
    /// Somebody else's set is there and was left alone.
    Left,
}

/// Installs the wrappers where that is needed.
///
/// # Errors
/// There is no bash, or a file cannot be written. The set that was there before is whole then.
pub fn install(options: &Options) -> Result<Installed> {
    let directory = status::directory(&options.ao_home);
    let found = status::status(&options.ao_home)?;
    if !options.force {
        if found.marker.as_ref().is_some_and(Marker::is_protected) {
            return Ok(Installed::Left);
        }
        if found.marker == Some(Marker::Current) && found.is_usable() {
            return Ok(Installed::Current);
        }
    }
    let bash = scripts::find_bash(&directory)?;
    let set = scripts::render(&bash, options.node.as_deref());

    make_private(&directory)?;
    let failed = |name: &str, error| Error::io("install wrapper", &directory.join(name), error);
    remove_abandoned(&directory).map_err(|error| failed("", error))?;
    let mut pending = Vec::new();
    for script in &set {
        let written = Pending::write(&directory.join(script.name), &script.content, SCRIPT_MODE);
        pending.push((script.name, written.map_err(|error| failed(script.name, error))?));
    }
    let content = format!("{}\n", marker::current());
    let target = directory.join(marker::FILE_NAME);
    let written = Pending::write(&target, content.as_bytes(), MARKER_MODE);
    pending.push((marker::FILE_NAME, written.map_err(|error| failed(marker::FILE_NAME, error))?));
    for (name, file) in pending {
        file.replace().map_err(|error| failed(name, error))?;
    }
    Ok(Installed::Written)
}

/// Takes the wrappers away: the marker first, so that what is left of a set never counts as one.
///
/// # Errors
/// A file cannot be removed.
pub fn remove(ao_home: &Path, force: bool) -> Result<Removed> {
    let directory = status::directory(ao_home);
    let found = status::status(ao_home)?;
    if !force && found.marker.as_ref().is_some_and(|marker| !marker.is_ours()) {
        return Ok(Removed::Left);
    }
    let mut removed = false;
    for name in [marker::FILE_NAME].into_iter().chain(scripts::NAMES.into_iter().rev()) {
        // Without a marker only what says itself that it is ours may go.
        let foreign = found.marker.is_none()
            && found.files.iter().any(|file| file.name == name && !file.ours);
        if foreign && !force {
            continue;
        }
        let path = directory.join(name);
        match fs::remove_file(&path) {
            Ok(()) => removed = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("remove wrapper", &path, error)),
        }
    }
    Ok(if removed { Removed::Removed } else { Removed::Absent })
}

fn make_private(directory: &Path) -> Result<()> {
    let failed = |error| Error::io("create wrapper directory", directory, error);
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory).map_err(failed)?;
    let mode = directory.metadata().map_err(failed)?.permissions().mode();
    if mode & 0o7777 == DIRECTORY_MODE {
        return Ok(());
    }
    fs::set_permissions(directory, Permissions::from_mode(DIRECTORY_MODE)).map_err(failed)
}

#[cfg(test)]
mod tests;
