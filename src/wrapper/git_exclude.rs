//! `info/exclude` of a repository: what git is not to offer for a commit, kept outside of the work tree.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::fs::atomic::Pending;
use crate::fs::guarded::{self, SMALL_BYTES};
use crate::wrapper::repository::Repository;

/// A change takes milliseconds; 2 s in all.
const TURN_TRIES: u32 = 400;
const TURN_PAUSE: Duration = Duration::from_millis(5);

/// The list, in the directory that all work trees share.
const LIST: &str = "info/exclude";

/// The comment before our line, so that we know it again.
const COMMENT: &[u8] = b"# written by @ao/plugin-codex";

/// Lists a file of a workspace; does nothing where it is listed already or lies in no repository.
///
/// # Errors
/// The list cannot be read or written, or is none that may be changed: a link, or anything but a regular file.
pub fn add(workspace: &Path, name: &str) -> Result<()> {
    let Some(Place { repository, pattern, .. }) = locate(workspace, name)? else { return Ok(()) };
    let _turn = turn(&repository);
    let list = List::of(&repository)?;
    if lines(&list.content).any(|line| line == pattern) {
        return Ok(());
    }
    let ends = list.content.is_empty() || list.content.ends_with(b"\n");
    let separator: &[u8] = if ends { b"" } else { b"\n" };
    list.write(&[&list.content, separator, COMMENT, b"\n", &pattern, b"\n"].concat())
}

/// The way in which a line is taken away.
pub struct Removal<'a> {
    /// Take nothing, and say what would go.
    pub is_dry: bool,
    /// Tells whether a file at the same place in another work tree needs the line.
    pub is_needed_by: &'a dyn Fn(&Path) -> bool,
}

/// Takes our line away, unless another work tree that shares the list needs it, and answers with the list that had it;
/// `None` where there is no line of ours, or no list that may be changed.
///
/// # Errors
/// The list cannot be read or written.
pub fn remove(workspace: &Path, name: &str, removal: &Removal<'_>) -> Result<Option<PathBuf>> {
    match without_line(workspace, name, removal) {
        // We never write to such a list.
        Err(error) if is_unsuitable(&error) => Ok(None),
        result => result,
    }
}

/// Tells whether an error says that a list, or a repository, is none that may be changed.
#[must_use]
pub fn is_unsuitable(error: &Error) -> bool {
    let is_of_no_file = |error: &io::Error| error.kind() == io::ErrorKind::InvalidInput;
    error.is_invalid() || error.io_error().is_some_and(is_of_no_file)
}

fn without_line(workspace: &Path, name: &str, removal: &Removal<'_>) -> Result<Option<PathBuf>> {
    let Some(place) = locate(workspace, name)? else { return Ok(None) };
    let Place { repository, relative, pattern } = place;
    let file = workspace.join(name);
    let is_needed = repository.others(&file, &relative).any(|other| (removal.is_needed_by)(&other));
    if is_needed || !repository.common.join(LIST).exists() {
        return Ok(None);
    }
    let _turn = turn(&repository);
    let list = List::of(&repository)?;
    let ours = [COMMENT, b"\n", &pattern, b"\n"].concat();
    let Some(at) = memchr::memmem::find(&list.content, &ours) else { return Ok(None) };
    if !removal.is_dry {
        let (before, rest) = list.content.split_at(at);
        list.write(&[before, rest.get(ours.len()..).unwrap_or_default()].concat())?;
    }
    // A linked work tree leads to it by `..`; it is one list all the same.
    Ok(Some(list.path.canonicalize().unwrap_or(list.path)))
}

/// Waits until nobody else of ours changes the list: sessions that start at once share it, and so do the files of one.
/// `None` where the system has no such lock, or somebody keeps it: then nobody waits for ever.
fn turn(repository: &Repository) -> Option<File> {
    let directory = repository.common.join("info");
    // Where it is a link, or cannot be made, reading the list says so.
    let _ = fs::create_dir(&directory);
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
    let held = OpenOptions::new().read(true).custom_flags(flags).open(directory).ok()?;
    for _ in 0..TURN_TRIES {
        match held.try_lock() {
            Ok(()) => return Some(held),
            Err(TryLockError::WouldBlock) => thread::sleep(TURN_PAUSE),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// A file as its repository knows it.
struct Place {
    repository: Repository,
    /// Below the top of its work tree.
    relative: PathBuf,
    /// Names just this file.
    pattern: Vec<u8>,
}

fn locate(workspace: &Path, name: &str) -> Result<Option<Place>> {
    // Where it is not there, writing the file says so.
    let Ok(directory) = workspace.canonicalize() else { return Ok(None) };
    let Some(repository) = Repository::of(&directory)? else { return Ok(None) };
    let relative = directory.strip_prefix(&repository.top).unwrap_or(&directory).join(name);
    let mut pattern = vec![b'/'];
    for &byte in relative.as_os_str().as_bytes() {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\' | b' ') {
            pattern.push(b'\\');
        }
        pattern.push(byte);
    }
    if pattern.contains(&b'\n') {
        let file = workspace.join(name);
        return Err(Error::invalid("exclude", &file, "no line of info/exclude can name it"));
    }
    Ok(Some(Place { repository, relative, pattern }))
}

/// The list as found.
struct List {
    path: PathBuf,
    content: Vec<u8>,
    mode: u32,
}

impl List {
    fn of(repository: &Repository) -> Result<Self> {
        let directory = repository.common.join("info");
        let path = repository.common.join(LIST);
        match fs::symlink_metadata(&directory) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(Error::invalid("use", &directory, "not a directory")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read", &directory, error)),
        }
        let content = match guarded::read(&path, SMALL_BYTES) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        let mode = path.symlink_metadata().map_or(0o644, |found| found.permissions().mode());
        Ok(Self { path, content, mode: mode & 0o7777 })
    }

    fn write(&self, content: &[u8]) -> Result<()> {
        let failed = |error| Error::io("write", &self.path, error);
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        Pending::write(&self.path, content, self.mode)
            .and_then(Pending::replace)
            .map(drop)
            .map_err(failed)
    }
}

fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
