//! `info/exclude` of a repository: what git is not to offer for a commit, kept outside of the work tree.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::atomic::Pending;

/// What stands before our line, so that we know it again.
const COMMENT: &[u8] = b"# written by @ao/plugin-codex";

/// Lists a file; does nothing where it is listed already or lies in no repository.
///
/// # Errors
/// The list cannot be read or written.
pub fn add(file: &Path) -> Result<()> {
    let Some((repository, pattern)) = locate(file) else { return Ok(()) };
    let path = repository.common.join("info/exclude");
    let content = read(&path)?;
    if lines(&content).any(|line| line == pattern) {
        return Ok(());
    }
    let separator: &[u8] = if content.is_empty() || content.ends_with(b"\n") { b"" } else { b"\n" };
    write(&path, &[&content, separator, COMMENT, b"\n", &pattern, b"\n"].concat())
}

/// Takes our line away, unless other work trees share the list.
///
/// # Errors
/// The list cannot be read or written.
pub fn remove(file: &Path) -> Result<()> {
    let Some((repository, pattern)) = locate(file) else { return Ok(()) };
    if repository.has_worktrees() {
        return Ok(());
    }
    let path = repository.common.join("info/exclude");
    let content = read(&path)?;
    let ours = [COMMENT, b"\n", &pattern, b"\n"].concat();
    let Some(at) = memchr::memmem::find(&content, &ours) else { return Ok(()) };
    let (before, rest) = content.split_at(at);
    write(&path, &[before, rest.get(ours.len()..).unwrap_or_default()].concat())
}

struct Repository {
    /// What all work trees share; for a plain repository its `.git`.
    common: PathBuf,
}

impl Repository {
    /// The repository whose work tree has this root.
    fn at(root: &Path) -> Option<Self> {
        let dot_git = root.join(".git");
        let found = fs::metadata(&dot_git).ok()?;
        if found.is_dir() {
            return dot_git.join("HEAD").exists().then_some(Self { common: dot_git });
        }
        // A linked work tree or a submodule: `gitdir: <path>`, and in a linked one `commondir`.
        let directory = root.join(path_in(&fs::read(&dot_git).ok()?, b"gitdir: ")?);
        let common = match fs::read(directory.join("commondir")) {
            Ok(content) => directory.join(path_in(&content, b"")?),
            Err(_) => directory,
        };
        common.is_dir().then_some(Self { common })
    }

    fn has_worktrees(&self) -> bool {
        fs::read_dir(self.common.join("worktrees"))
            .is_ok_and(|mut entries| entries.next().is_some())
    }
}

/// The repository of a file, and the pattern that names just this file.
fn locate(file: &Path) -> Option<(Repository, Vec<u8>)> {
    let directory = file.parent()?.canonicalize().ok()?;
    let (root, repository) =
        directory.ancestors().find_map(|root| Some((root, Repository::at(root)?)))?;
    let relative = directory.strip_prefix(root).ok()?.join(file.file_name()?);
    let mut pattern = vec![b'/'];
    for &byte in relative.as_os_str().as_bytes() {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\' | b' ') {
            pattern.push(b'\\');
        }
        pattern.push(byte);
    }
    // A line cannot hold such a name.
    (!pattern.contains(&b'\n')).then_some((repository, pattern))
}

fn path_in<'a>(content: &'a [u8], key: &[u8]) -> Option<&'a Path> {
    let line = content.strip_prefix(key)?.split(|byte| *byte == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (!line.is_empty()).then(|| Path::new(OsStr::from_bytes(line)))
}

fn lines(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    match fs::read(path) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    let failed = |error| Error::io("write", path, error);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    // A link is kept: what it names is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mode = target.metadata().map_or(0o644, |found| found.permissions().mode() & 0o7777);
    Pending::write(&target, content, mode).and_then(Pending::replace).map_err(failed)
}
