//! The tree of files that a Codex home has, remembered: a later walk lists only the directories that changed, and asks
//! for every file what the system says of it.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::iter;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::fs::file_stamp::{FileStamp, Timestamp};
use crate::fs::open::is_shortage;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::list::{Listed, MAX_DEPTH, list};
use crate::index::catalog::slots::Files;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;

/// The most walks of a home for rollouts that went away during one.
const MAX_WALKS: usize = 8;

/// The completeness of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Everything that was there is known.
    Nothing,
    /// A rollout was put away or taken back, or it cannot be told that none was.
    Something,
}

/// The two directories of a home, and those below.
#[derive(Debug, Default)]
pub struct Tree {
    /// Every directory that was ever found; one that is gone holds nothing.
    pub directories: Vec<Directory>,
    pub(crate) by_path: HashMap<PathBuf, usize>,
    /// Every file that is there.
    pub files: Files,
    /// The number of files that have other names, at most.
    pub(crate) linked: usize,
    /// The error of a system that had not what it takes to ask for everything: the next refresh is a walk.
    pub(crate) shortage: Option<i32>,
    /// Files that could not be asked for, in the last walk.
    pub(crate) failed: Vec<Skipped>,
    /// Rollouts that were listed and were not there any more, in the last walk: moved, or deleted.
    pub gone: Vec<PathBuf>,
}

/// A directory, as it was when it was listed.
#[derive(Debug, Default)]
pub struct Directory {
    /// Its path.
    pub path: PathBuf,
    pub(crate) archived: bool,
    pub(crate) depth: usize,
    /// Its stamp before it was listed; `None` when it has to be listed again.
    pub(crate) listed: Option<FileStamp>,
    /// True if it was ever listed, so that the directories in it are known.
    pub(crate) is_known: bool,
    pub(crate) files: Vec<Slot>,
    /// True if `files` are in the order of their names.
    pub(crate) is_sorted: bool,
    pub(crate) directories: Vec<usize>,
    /// The entries in it that are skipped.
    pub(crate) skipped: Vec<Skipped>,
    /// The reason why it could not be read.
    pub(crate) unreadable: Option<io::Error>,
}

impl Tree {
    /// Walks the home. `enter` is told of each directory before anything in it is looked at. Says whether a rollout can
    /// have been missed, because it was put away and taken back meanwhile.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn walk(
        &mut self,
        home: &CodexHome,
        mut enter: impl FnMut(usize, &Path),
    ) -> Result<Missed> {
        let failed = |source| Error::io("read Codex home", home.path(), source);
        if !fs::metadata(home.path()).map_err(failed)?.is_dir() {
            return Err(Error::invalid("read Codex home", home.path(), "not a directory"));
        }
        self.failed.clear();
        self.shortage = None;
        let archived = self.directory(home.archived_sessions(), true, 1);
        let active = self.directory(home.sessions(), false, 1);
        let archive = home.archived_sessions();
        let archive = || fs::metadata(&archive).ok().map(|metadata| FileStamp::of(&metadata));
        let mut moved: Vec<PathBuf> = Vec::new();
        for _ in 0..MAX_WALKS {
            self.gone.clear();
            let (began, archive_was) = (Timestamp::now(), archive());
            let mut found = self.list_all(archived, &mut enter);
            found.extend(self.list_all(active, &mut enter));
            self.stat_all(&found);
            // One that was put away or taken back meanwhile was looked for where it was too late, or where it is too
            // early.
            let before = self.files.version;
            self.list_all(archived, &mut enter);
            if self.gone.is_empty() && self.files.version == before {
                let is_racy = archive_was.is_some_and(|archive| archive.is_racy(began));
                let is_calm = !is_racy && archive() == archive_was;
                return Ok(if is_calm { Missed::Nothing } else { Missed::Something });
            }
            moved.append(&mut self.gone);
        }
        // Whatever came at last was not asked for.
        let all: Vec<usize> = (0..self.directories.len()).collect();
        self.stat_all(&all);
        moved.extend_from_slice(&self.gone);
        self.follow_moves(&self.places_of(&moved, archived));
        Ok(Missed::Something)
    }

    /// Lists a directory and those below, as far as they changed; says which they are.
    fn list_all(&mut self, top: usize, enter: &mut impl FnMut(usize, &Path)) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![top];
        while let Some(at) = open.pop() {
            if let Some(listed) = self.list_changed(at, enter) {
                // What it has held before is not listed with it.
                let below = |at: &usize| self.directories.get(*at).map(|one| &one.directories);
                let all: HashSet<usize> = listed.iter().copied().collect();
                open.extend(
                    listed.iter().filter_map(below).flatten().filter(|one| !all.contains(*one)),
                );
                found.extend(listed);
            } else {
                found.push(at);
                open.extend(self.directories.get(at).into_iter().flat_map(|one| &one.directories));
            }
        }
        found
    }

    fn directory(&mut self, path: PathBuf, archived: bool, depth: usize) -> usize {
        if let Some(&at) = self.by_path.get(&path) {
            return at;
        }
        let at = self.directories.len();
        self.by_path.insert(path.clone(), at);
        self.directories.push(Directory { path, archived, depth, ..Directory::default() });
        at
    }

    /// Lists a directory if it changed, one that was never listed with all that lies below it; says which were listed.
    fn list_changed(
        &mut self,
        at: usize,
        enter: &mut impl FnMut(usize, &Path),
    ) -> Option<Vec<usize>> {
        let directory = self.directories.get(at)?;
        let path = directory.path.clone();
        let now =
            if directory.depth == 1 { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
        if let Some(listed) = directory.listed
            && now.as_ref().is_ok_and(|now| FileStamp::of(now) == listed)
        {
            enter(at, &path);
            return None;
        }
        let levels = if directory.is_known { 1 } else { MAX_DEPTH + 1 - directory.depth };
        let (archived, depth) = (directory.archived, directory.depth);
        let mut all: Vec<Listed> = Vec::new();
        match now {
            // A link in its place leads elsewhere.
            Ok(now) if !now.is_dir() => {
                enter(at, &path);
                let kind = io::Error::from(io::ErrorKind::NotADirectory);
                self.forget(at);
                if let Some(directory) = self.directories.get_mut(at) {
                    directory.unreadable = Some(fs::read_dir(&path).err().unwrap_or(kind));
                }
                return Some(vec![at]);
            }
            _ => {}
        }
        list(
            &path,
            depth,
            levels,
            |below| {
                let levels =
                    below.strip_prefix(&path).map_or(0, |below| below.components().count());
                let at = self.directory(below.to_owned(), archived, depth + levels);
                enter(at, below);
            },
            |listed| all.push(listed),
        );
        Some(all.into_iter().filter_map(|listed| self.merge(listed)).collect())
    }

    /// Takes a directory up as it was listed.
    fn merge(&mut self, listed: Listed) -> Option<usize> {
        let at = *self.by_path.get(&listed.path)?;
        let directory = self.directories.get_mut(at)?;
        let (archived, depth) = (directory.archived, directory.depth);
        // One that is not there holds nothing, and is no failure.
        let unreadable = listed.unreadable.filter(|error| error.kind() != io::ErrorKind::NotFound);
        if let Some(error) = &unreadable {
            self.note_shortage(error);
            self.forget(at);
            self.directories.get_mut(at)?.unreadable = unreadable;
            return Some(at);
        }
        directory.listed = listed.stamp;
        directory.is_known = true;
        directory.skipped = listed.skipped;
        directory.unreadable = None;
        let mut known: HashMap<Arc<str>, Slot> = HashMap::new();
        for slot in std::mem::take(&mut directory.files) {
            if let Some(entry) = self.files.get(slot) {
                known.insert(entry.name.clone(), slot);
            }
        }
        let mut files: Vec<Slot> = Vec::with_capacity(listed.files.len());
        for name in listed.files {
            let slot = known.remove(&*name).unwrap_or_else(|| {
                let name = name.into();
                self.files.insert(Entry { directory: at, name, archived, ..Entry::default() })
            });
            files.push(slot);
        }
        for slot in known.into_values() {
            self.files.remove(slot);
        }
        let below: Vec<usize> = listed
            .directories
            .into_iter()
            .map(|path| self.directory(path, archived, depth + 1))
            .collect();
        let directory = self.directories.get_mut(at)?;
        directory.files = files;
        directory.is_sorted = false;
        let before = std::mem::replace(&mut directory.directories, below);
        if !before.is_empty() {
            let still: HashSet<usize> = directory.directories.iter().copied().collect();
            for gone in before.into_iter().filter(|one| !still.contains(one)) {
                self.forget(gone);
            }
        }
        Some(at)
    }

    /// Takes everything out of a directory.
    fn forget(&mut self, at: usize) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let Some(directory) = self.directories.get_mut(at) else { continue };
            directory.listed = None;
            directory.is_known = false;
            directory.unreadable = None;
            directory.skipped.clear();
            open.append(&mut directory.directories);
            for slot in std::mem::take(&mut directory.files) {
                self.files.remove(slot);
            }
        }
    }

    /// The directory of a file, and the answer of the walk for it.
    #[must_use]
    pub fn path_of(&self, entry: &Entry) -> &Path {
        self.directories.get(entry.directory).map_or(Path::new(""), |one| &one.path)
    }

    /// The order of two files by their paths.
    #[must_use]
    pub fn compare_paths(&self, a: &Entry, b: &Entry) -> Ordering {
        if a.directory == b.directory {
            return a.name.cmp(&b.name);
        }
        let parts = |entry: &'_ Entry| self.path_of(entry).components();
        let of_a = parts(a).chain(iter::once(Component::Normal(OsStr::new(&*a.name))));
        of_a.cmp(parts(b).chain(iter::once(Component::Normal(OsStr::new(&*b.name)))))
    }

    /// Notes that an error may be none the next time, if it may.
    pub(crate) fn note_shortage(&mut self, error: &io::Error) {
        self.shortage = error.raw_os_error().filter(|_| is_shortage(error)).or(self.shortage);
    }

    /// The files and directories that are skipped.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        let of = |one: &Directory| {
            let reason = one.unreadable.as_ref()?.to_string();
            Some(Skipped { path: one.path.clone(), reason })
        };
        let unreadable = self.directories.iter().filter_map(of);
        let inside = self.directories.iter().flat_map(|one| &one.skipped).cloned();
        unreadable.chain(inside).chain(self.failed.iter().cloned()).collect()
    }

    /// The reason why a directory could not be read, if it could not.
    #[must_use]
    pub fn failure(&self, path: &Path) -> Option<io::Error> {
        let directory = self.directories.get(*self.by_path.get(path)?)?;
        let error = directory.unreadable.as_ref()?;
        Some(error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error))
    }
}
