//! The place of the wrappers of an orchestrator's home, and its state.
//!
//! The wrappers are in `<ao home>/bin`, where users and documents look for them, as long as that set is ours or
//! nobody's. Where the marker there names another program, which writes its own set again at will, ours are in a
//! directory of our own.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::guarded;
use crate::wrapper::marker::{self, Marker};
use crate::wrapper::scripts;

/// A wrapper is a few thousand bytes; of a larger file only this much is looked at.
const LOOK_AT: u64 = 256 * 1024;

/// The set of wrappers as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its path.
    pub directory: PathBuf,
    /// Whose set is in `<ao home>/bin`, where ours is not there.
    pub host: Option<Marker>,
    /// The marker; `None` where there is none, which means that no set is complete.
    pub marker: Option<Marker>,
    /// The files that belong to a set.
    pub files: Vec<FileStatus>,
    /// The node that the helper names, and whether it can be started.
    pub node: Option<(PathBuf, bool)>,
}

/// One file of the set as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStatus {
    /// Its name in the directory.
    pub name: &'static str,
    /// Its state.
    pub state: FileState,
    /// True if it says itself that it is ours, in whatever version.
    pub ours: bool,
}

/// The state of a file of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// As this package installs it.
    Current,
    /// Ours, but not as this package installs it.
    Changed,
    /// Not ours.
    Foreign,
    /// There, but nobody may execute it.
    NotExecutable,
    /// Not there, or no file.
    Missing,
}

impl Status {
    /// Tells whether nothing needs to be written for the wrappers to work, given that the marker is right.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let whole = self
            .files
            .iter()
            .all(|file| !matches!(file.state, FileState::Missing | FileState::NotExecutable));
        // A node that was there and is gone is a reason to write the helper again; none is not.
        whole && self.node.as_ref().is_none_or(|(_, executable)| *executable)
    }
}

/// The directory that the orchestrator has in its home.
#[must_use]
pub fn shared_directory(ao_home: &Path) -> PathBuf {
    ao_home.join("bin")
}

/// The directory that nobody else writes to.
#[must_use]
pub fn own_directory(ao_home: &Path) -> PathBuf {
    ao_home.join("codex/bin")
}

/// The directory of our wrappers, there or still to be made.
///
/// # Errors
/// The orchestrator's directory is there and cannot be read.
pub fn directory(ao_home: &Path) -> Result<PathBuf> {
    let shared = shared_directory(ao_home);
    let is_hosts = matches!(marker_in(&shared)?, Some(Marker::Foreign(_)));
    Ok(if is_hosts { own_directory(ao_home) } else { shared })
}

/// Looks at the wrappers where they are.
///
/// # Errors
/// A directory is there and cannot be read.
pub fn status(ao_home: &Path) -> Result<Status> {
    let directory = directory(ao_home)?;
    let shared = shared_directory(ao_home);
    let host = if directory == shared { None } else { marker_in(&shared)? };
    Ok(Status { host, ..status_in(directory)? })
}

/// Looks at the wrappers in a directory.
///
/// # Errors
/// The directory is there and cannot be read.
pub fn status_in(directory: PathBuf) -> Result<Status> {
    let marker = marker_in(&directory)?;
    let helper = read(&directory.join("ao-metadata-helper.sh"))?;
    let node = helper.as_deref().and_then(scripts::node_of).map(|node| {
        let executable = scripts::is_executable(&node);
        (node, executable)
    });
    let mut files = Vec::new();
    for name in scripts::NAMES {
        let path = directory.join(name);
        let content = read(&path)?;
        let ours = content.as_deref().is_some_and(is_ours);
        let state = match content {
            None => FileState::Missing,
            Some(_) if !scripts::is_executable(&path) => FileState::NotExecutable,
            Some(_) if !ours => FileState::Foreign,
            Some(content) => {
                state_of(name, &content, node.as_ref().map(|(node, _)| node.as_path()))
            }
        };
        files.push(FileStatus { name, state, ours });
    }
    Ok(Status { directory, host: None, marker, files, node })
}

fn marker_in(directory: &Path) -> Result<Option<Marker>> {
    let content = read(&directory.join(marker::FILE_NAME))?;
    Ok(content.and_then(|content| Marker::parse(&String::from_utf8_lossy(&content))))
}

/// The wrappers know each other by their second line too.
fn is_ours(content: &[u8]) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n');
    lines.nth(1).is_some_and(|second| second.starts_with(b"# ao-wrapper"))
}

fn state_of(name: &str, content: &[u8], node: Option<&Path>) -> FileState {
    let shell = shell_of(content).unwrap_or(Path::new("/bin/bash"));
    let expected = scripts::render(shell, node);
    let current = expected.iter().any(|script| script.name == name && script.content == content);
    if current { FileState::Current } else { FileState::Changed }
}

/// The interpreter in the first line.
fn shell_of(content: &[u8]) -> Option<&Path> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    let shell = line.strip_prefix(b"#!")?.strip_suffix(b" -p")?;
    std::str::from_utf8(shell).ok().map(Path::new)
}

/// The start of a regular file, links followed; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let absent = |error: &io::Error| {
        use io::ErrorKind::{InvalidInput, NotADirectory, NotFound};
        matches!(error.kind(), NotFound | NotADirectory | InvalidInput)
    };
    let failed = |error| Error::io("read wrapper", path, error);
    let (file, _) = match guarded::open_behind_links(path) {
        Ok(opened) => opened,
        Err(error) if absent(&error) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut content = Vec::new();
    file.take(LOOK_AT).read_to_end(&mut content).map_err(failed)?;
    Ok(Some(content))
}
