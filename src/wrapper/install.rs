//! Puts the wrappers into their directory, and takes them away.
//!
//! Any number of processes may do so at once: every file is written in full before the first is put in place, each is
//! put in place by a rename, and the marker comes last, so that a set with a marker is a whole set.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::atomic::{Pending, remove_abandoned};
use crate::session::event_files;
use crate::wrapper::marker::{self, Marker};
use crate::wrapper::scripts;
use crate::wrapper::status::{self, FileState};

/// Only the user may look into the directory.
const DIRECTORY_MODE: u32 = 0o700;
const SCRIPT_MODE: u32 = 0o755;
const MARKER_MODE: u32 = 0o644;

/// The options of `install`.
#[derive(Debug, Clone)]
pub struct Options {
    /// The orchestrator's home; the wrappers go into its `bin`, or into `codex/bin` where that is another program's.
    pub ao_home: PathBuf,
    /// The program that the metadata helper writes JSON with, by its absolute path.
    pub node: Option<PathBuf>,
    /// Replace what another program or a newer version has put into `bin`.
    pub force: bool,
}

/// The outcome of `install`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// The set was written.
    Written,
    /// The set was there already.
    Current,
    /// A newer set of ours is there and was left alone.
    Left,
}

/// The outcome of `remove`.
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
    let shared = status::shared_directory(&options.ao_home);
    let directory =
        if options.force { shared.clone() } else { status::directory(&options.ao_home)? };
    let found = status::status_in(directory.clone())?;
    if !options.force {
        if found.marker.as_ref().is_some_and(Marker::is_protected) {
            install_hook(&options.ao_home)?;
            return Ok(Installed::Left);
        }
        if found.marker == Some(Marker::Current) && found.is_usable() {
            make_events_directory(&options.ao_home)?;
            // Whoever wrote this set may have been killed before that.
            if directory == shared {
                retire(&status::own_directory(&options.ao_home))?;
            }
            return Ok(Installed::Current);
        }
    }
    let bash = scripts::find_bash(&directory)?;
    let set = scripts::render(&bash, options.node.as_deref());

    prepare(&options.ao_home, &directory)?;
    let mut pending = Vec::new();
    for script in &set {
        pending.push((script.name, write(&directory, script.name, &script.content, SCRIPT_MODE)?));
    }
    let marker = format!("{}\n", marker::current());
    let written = write(&directory, marker::FILE_NAME, marker.as_bytes(), MARKER_MODE)?;
    pending.push((marker::FILE_NAME, written));
    for (name, file) in pending {
        file.replace().map_err(|error| failed(&directory, name, error))?;
    }
    if directory == shared {
        retire(&status::own_directory(&options.ao_home))?;
    }
    Ok(Installed::Written)
}

/// Installs the hook alone, and answers with its path: what else is in the directory may be somebody else's. Where a
/// newer version of this package owns the set, its hook is the one that is used.
///
/// # Errors
/// There is no bash, the file cannot be written, or another program's file is in its place.
pub fn install_hook(ao_home: &Path) -> Result<PathBuf> {
    let directory = status::directory(ao_home)?;
    let path = directory.join(scripts::HOOK);
    let found = status::status_in(directory.clone())?;
    let file = found.files.iter().find(|file| file.name == scripts::HOOK);
    let state = file.map_or(FileState::Missing, |file| file.state);
    let is_newer = matches!(found.marker, Some(Marker::Newer(_)));
    make_events_directory(ao_home)?;
    match state {
        FileState::Current => return Ok(path),
        FileState::Changed if is_newer => return Ok(path),
        FileState::Foreign => {
            return Err(Error::invalid("install hook", &path, "another program's file is there"));
        }
        FileState::Changed | FileState::NotExecutable | FileState::Missing => {}
    }
    let bash = scripts::find_bash(&directory)?;
    prepare(ao_home, &directory)?;
    let set = scripts::render(&bash, None);
    for script in set.iter().filter(|script| script.name == scripts::HOOK) {
        let written = write(&directory, script.name, &script.content, SCRIPT_MODE)?;
        written.replace().map_err(|error| failed(&directory, script.name, error))?;
    }
    Ok(path)
}

/// The files that `remove` took away, and those that it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The outcome for the set.
    pub outcome: Removed,
    /// The files that are gone, or would be.
    pub paths: Vec<PathBuf>,
    /// The directory of somebody else's set, and somebody else's files among ours.
    pub left: Vec<PathBuf>,
}

/// Takes the wrappers away, wherever they are. A dry run only says which files would go.
///
/// # Errors
/// A file cannot be removed.
pub fn remove(ao_home: &Path, force: bool, is_dry: bool) -> Result<Removal> {
    let own = remove_from(&status::own_directory(ao_home), force, is_dry)?;
    let shared = remove_from(&status::shared_directory(ao_home), force, is_dry)?;
    let outcome = match (own.outcome, shared.outcome) {
        (Removed::Removed, _) | (_, Removed::Removed) => Removed::Removed,
        (Removed::Left, _) | (_, Removed::Left) => Removed::Left,
        (Removed::Absent, Removed::Absent) => Removed::Absent,
    };
    Ok(Removal {
        outcome,
        paths: [own.paths, shared.paths].concat(),
        left: [own.left, shared.left].concat(),
    })
}

/// One set, in one place: the shell of a session takes those of our own directory where they are there. The hook stays
/// for the sessions that were started with it.
fn retire(directory: &Path) -> Result<()> {
    for name in [marker::FILE_NAME, "git", "gh"] {
        remove_file(&directory.join(name), false)?;
    }
    Ok(())
}

/// Tells whether there is one, which is gone then unless the run is dry.
fn remove_file(path: &Path, is_dry: bool) -> Result<bool> {
    let taken = if is_dry { path.symlink_metadata().map(|_| ()) } else { fs::remove_file(path) };
    match taken {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("remove wrapper", path, error)),
    }
}

/// Takes the marker first, so that what is left of a set never counts as one.
fn remove_from(directory: &Path, force: bool, is_dry: bool) -> Result<Removal> {
    let found = status::status_in(directory.to_owned())?;
    let ours = |name: &str| found.files.iter().any(|file| file.name == name && file.ours);
    let is_theirs = !force && found.marker.as_ref().is_some_and(|marker| !marker.is_ours());
    let mut paths = Vec::new();
    let mut left = if is_theirs { vec![directory.to_owned()] } else { Vec::new() };
    for name in [marker::FILE_NAME].into_iter().chain(scripts::NAMES.into_iter().rev()) {
        // Without a marker only what says itself that it is ours may go; of somebody else's set only the hook is ours.
        let may_go = if is_theirs {
            name == scripts::HOOK && ours(name)
        } else {
            force || ours(name) || (name == marker::FILE_NAME && found.marker.is_some())
        };
        let path = directory.join(name);
        if may_go && remove_file(&path, is_dry)? {
            paths.push(path);
        } else if !may_go && !is_theirs && path.symlink_metadata().is_ok() {
            left.push(path);
        }
    }
    let outcome = match (is_theirs, paths.is_empty()) {
        (true, _) => Removed::Left,
        (false, false) => Removed::Removed,
        (false, true) => Removed::Absent,
    };
    Ok(Removal { outcome, paths, left })
}

/// Makes the directories that the set needs, and clears what killed processes have left.
fn prepare(ao_home: &Path, directory: &Path) -> Result<()> {
    make_directory(directory)?;
    make_events_directory(ao_home)?;
    remove_abandoned(directory).map_err(|error| failed(directory, "", error))
}

/// The hook makes no directory: it would have to start a program.
fn make_events_directory(ao_home: &Path) -> Result<()> {
    let directory = ao_home.join(event_files::DIRECTORY);
    if directory.is_dir() { Ok(()) } else { make_directory(&directory) }
}

fn write(directory: &Path, name: &str, content: &[u8], mode: u32) -> Result<Pending> {
    let written = Pending::write(&directory.join(name), content, mode);
    written.map_err(|error| failed(directory, name, error))
}

fn failed(directory: &Path, name: &str, error: io::Error) -> Error {
    Error::io("install wrapper", &directory.join(name), error)
}

fn make_directory(directory: &Path) -> Result<()> {
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
