//! Which files a Codex home has, remembered: a later walk lists only the directories that changed, and asks for every
//! file what the system says of it. What counts as a rollout is what `rollout::discover` says.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::iter;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::file_stamp::{Identity, Moment};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::list::{Listed, list};
use crate::index::catalog::slots::Files;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;

/// `YYYY/MM/DD/file`: nothing deeper is a rollout of Codex.
const MAX_DEPTH: usize = 4;

/// How often a home is walked at most for rollouts that went while it was.
const MAX_WALKS: usize = 8;

/// What a walk may not have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// Everything that was there is known.
    Nothing,
    /// A rollout was put away or taken back, or it cannot be told that none was.
    Something,
}

/// The two directories of a home, and those below.
#[derive(Debug, Default)]
pub struct Listing {
    /// Every directory that was ever found; one that is gone holds nothing.
    pub directories: Vec<Directory>,
    pub(crate) by_path: HashMap<PathBuf, usize>,
    /// Every file that is there.
    pub files: Files,
    /// How many files have other names, at most.
    pub(crate) linked: usize,
    /// Files that could not be asked for, in the last walk.
    pub(crate) failed: Vec<Skipped>,
    /// Rollouts that were listed and were not there any more, in the last walk: moved, or deleted.
    pub gone: Vec<PathBuf>,
}

/// A directory, as it was when it was listed.
#[derive(Debug, Default)]
pub struct Directory {
    /// Where it is.
    pub path: PathBuf,
    pub(crate) archived: bool,
    pub(crate) depth: usize,
    /// What the system said of it before it was listed; `None` when it has to be listed again.
    pub(crate) listed: Option<Identity>,
    pub(crate) files: Vec<Slot>,
    pub(crate) directories: Vec<usize>,
    /// What in it is passed over.
    pub(crate) skipped: Vec<Skipped>,
    /// Why it could not be read.
    pub(crate) unreadable: Option<i32>,
}

impl Listing {
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
        let archived = self.directory(home.archived_sessions(), true, 1);
        let active = self.directory(home.sessions(), false, 1);
        let archive = home.archived_sessions();
        let archive = || fs::metadata(&archive).ok().map(|metadata| Identity::of(&metadata));
        let mut moved: Vec<PathBuf> = Vec::new();
        for _ in 0..MAX_WALKS {
            self.gone.clear();
            let (began, archive_was) = (Moment::now(), archive());
            let mut found = self.enter_all(archived, &mut enter);
            found.extend(self.enter_all(active, &mut enter));
            self.ask(&found);
            // One that was put away or taken back meanwhile was looked for where it was too late, or where it is too
            // early.
            let before = self.files.version;
            self.enter_all(archived, &mut enter);
            if self.gone.is_empty() && self.files.version == before {
                let is_settled = archive_was.is_none_or(|archive| archive.is_settled(began));
                let is_calm = is_settled && archive() == archive_was;
                return Ok(if is_calm { Missed::Nothing } else { Missed::Something });
            }
            moved.append(&mut self.gone);
        }
        // Whatever came at last was not asked for.
        let all: Vec<usize> = (0..self.directories.len()).collect();
        self.ask(&all);
        moved.extend_from_slice(&self.gone);
        self.chase(&self.places_of(&moved, archived));
        Ok(Missed::Something)
    }

    /// Lists a directory and those below, as far as they changed; says which they are.
    fn enter_all(&mut self, top: usize, enter: &mut impl FnMut(usize, &Path)) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![top];
        while let Some(at) = open.pop() {
            self.enter(at, enter);
            found.push(at);
            open.extend(self.directories.get(at).into_iter().flat_map(|one| &one.directories));
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

    /// Lists a directory if it changed.
    fn enter(&mut self, at: usize, enter: &mut impl FnMut(usize, &Path)) {
        let Some(directory) = self.directories.get(at) else { return };
        let path = directory.path.clone();
        enter(at, &path);
        let began = Moment::now();
        let now = fs::metadata(&path).ok().map(|metadata| Identity::of(&metadata));
        if now.is_some() && now == directory.listed {
            return;
        }
        let listed = list(&path, directory.depth < MAX_DEPTH);
        let (archived, depth) = (directory.archived, directory.depth);
        let listed = match listed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Listed::default(),
            Err(error) => {
                self.forget(at);
                if let Some(directory) = self.directories.get_mut(at) {
                    directory.unreadable = Some(error.raw_os_error().unwrap_or_default());
                }
                return;
            }
            Ok(listed) => listed,
        };
        let below: Vec<usize> = listed
            .directories
            .into_iter()
            .map(|name| self.directory(path.join(name), archived, depth + 1))
            .collect();
        let Some(directory) = self.directories.get_mut(at) else { return };
        directory.listed = now.filter(|now| now.is_settled(began) && listed.is_whole);
        directory.skipped = listed.skipped;
        directory.unreadable = None;
        let before = std::mem::replace(&mut directory.directories, below.clone());
        let mut known: HashMap<Box<str>, Slot> = HashMap::new();
        for slot in std::mem::take(&mut directory.files) {
            if let Some(entry) = self.files.get(slot) {
                known.insert(entry.name.clone(), slot);
            }
        }
        let mut files: Vec<Slot> = Vec::with_capacity(listed.files.len());
        for name in listed.files {
            let slot = known.remove(&name).unwrap_or_else(|| {
                self.files.insert(Entry { directory: at, name, archived, ..Entry::default() })
            });
            files.push(slot);
        }
        for slot in known.into_values() {
            self.files.remove(slot);
        }
        if let Some(directory) = self.directories.get_mut(at) {
            directory.files = files;
        }
        for gone in before.into_iter().filter(|one| !below.contains(one)) {
            self.forget(gone);
        }
    }

    /// Takes everything out of a directory.
    fn forget(&mut self, at: usize) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let Some(directory) = self.directories.get_mut(at) else { continue };
            directory.listed = None;
            directory.unreadable = None;
            directory.skipped.clear();
            open.append(&mut directory.directories);
            for slot in std::mem::take(&mut directory.files) {
                self.files.remove(slot);
            }
        }
    }

    /// Where a file is, and what the walk says of it.
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

    /// What is passed over.
    #[must_use]
    pub fn skipped(&self) -> Vec<Skipped> {
        let of = |one: &Directory| {
            let reason = io::Error::from_raw_os_error(one.unreadable?).to_string();
            Some(Skipped { path: one.path.clone(), reason })
        };
        let unreadable = self.directories.iter().filter_map(of);
        let inside = self.directories.iter().flat_map(|one| &one.skipped).cloned();
        unreadable.chain(inside).chain(self.failed.iter().cloned()).collect()
    }

    /// Why a directory could not be read, if it could not.
    #[must_use]
    pub fn failure(&self, path: &Path) -> Option<io::Error> {
        let directory = self.directories.get(*self.by_path.get(path)?)?;
        directory.unreadable.map(io::Error::from_raw_os_error)
    }
}
