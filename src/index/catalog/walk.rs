//! The walk through a Codex home: every file that has a rollout's name, directory by directory.
//!
//! `sessions/` is walked to depth 4 (`YYYY/MM/DD/file`), `archived_sessions/` likewise although Codex keeps it flat.
//! Links inside them are not followed, so no loop can hold the walk; the two directories themselves may be links.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::fs::directory::{Directory, Kind, State};
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;
use crate::rollout::name::RolloutName;

/// `YYYY/MM/DD/file`: nothing deeper is a rollout of Codex.
const MAX_DEPTH: usize = 4;

const OPERATION: &str = "read Codex home";

/// Which directories to walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `sessions/` alone: the threads in use.
    Active,
    /// `archived_sessions/` too: the bill.
    All,
}

/// A rollout that a walk passes. Nothing was asked of it yet but its name and that it is a regular file.
#[derive(Debug, Clone, Copy)]
pub struct Passing<'w> {
    directory: &'w Directory,
    file_name: &'w OsStr,
    /// Its name, taken apart.
    pub name: RolloutName<'w>,
    /// Whether it lies in `archived_sessions/`.
    pub archived: bool,
}

impl Passing<'_> {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().join(self.file_name)
    }

    /// Its size and time.
    ///
    /// # Errors
    ///
    /// When it is not there any more, or the system does not say.
    pub fn state(&self) -> io::Result<State> {
        self.directory.state(self.file_name)
    }

    /// Opens it. What has taken its place meanwhile may be no regular file.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(&self) -> io::Result<File> {
        self.directory.open_file(self.file_name)
    }
}

/// Whoever wants to know what a walk passes.
pub trait Visitor {
    /// A rollout.
    fn rollout(&mut self, rollout: &Passing<'_>);

    /// What could not be read, or is no rollout although it is called like one.
    fn skip(&mut self, skipped: Skipped);
}

/// Walks a Codex home; the newest directories come first.
///
/// A home without rollouts, or without those directories, has none. What cannot be read is told, not fatal.
///
/// # Errors
///
/// When the home itself does not exist or is no directory; in the [`Scope::Active`], whose callers have no list to
/// show, also when its `sessions/` cannot be read.
pub fn walk(home: &CodexHome, scope: Scope, visitor: &mut impl Visitor) -> Result<()> {
    let failed = |path, source| Error::io(OPERATION, path, source);
    let metadata = fs::metadata(home.path()).map_err(|source| failed(home.path(), source))?;
    if !metadata.is_dir() {
        return Err(Error::invalid(OPERATION, home.path(), "not a directory"));
    }
    let mut walk = Walk { archived: false, visitor };
    if let Err(source) = walk.directory(home.sessions(), 1) {
        if scope == Scope::Active {
            return Err(failed(&home.sessions(), source));
        }
        walk.skip(home.sessions(), source.to_string());
    }
    if scope == Scope::All {
        walk.archived = true;
        if let Err(source) = walk.directory(home.archived_sessions(), 1) {
            walk.skip(home.archived_sessions(), source.to_string());
        }
    }
    Ok(())
}

/// A walk through one of the two directories, then the other.
struct Walk<'v, V> {
    archived: bool,
    visitor: &'v mut V,
}

impl<V: Visitor> Walk<'_, V> {
    /// Reads a directory whose entries lie `depth` levels below the root. One that is not there, or went while we
    /// walked, holds nothing; fails when it cannot be read at all.
    fn directory(&mut self, path: PathBuf, depth: usize) -> io::Result<()> {
        let directory = match Directory::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut deeper = Vec::new();
        let read = directory.each(|name, kind| {
            if kind == Kind::Directory && depth < MAX_DEPTH {
                deeper.push(name.to_owned());
            }
            self.entry(&directory, name, kind);
        });
        if let Err(error) = read {
            self.skip(directory.path().to_owned(), error.to_string());
        }
        deeper.sort_unstable_by(|a: &OsString, b| b.cmp(a));
        for name in deeper {
            let path = directory.path().join(name);
            if let Err(error) = self.directory(path.clone(), depth + 1) {
                self.skip(path, error.to_string());
            }
        }
        Ok(())
    }

    fn entry(&mut self, directory: &Directory, file_name: &OsStr, kind: Kind) {
        let Some(text) = file_name.to_str() else {
            if file_name.to_string_lossy().ends_with(".jsonl") {
                let path = directory.path().join(file_name);
                self.skip(path, "its name is not UTF-8".to_owned());
            }
            return;
        };
        let Some(name) = RolloutName::parse(text) else { return };
        if kind == Kind::File {
            self.visitor.rollout(&Passing { directory, file_name, name, archived: self.archived });
        } else {
            self.skip(directory.path().join(file_name), "not a regular file".to_owned());
        }
    }

    fn skip(&mut self, path: PathBuf, reason: String) {
        self.visitor.skip(Skipped { path, reason });
    }
}
