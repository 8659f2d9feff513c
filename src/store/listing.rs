//! Which files a Codex home has, remembered: a later walk lists only the directories that changed, and asks for every
//! file what the system says of it. What counts as a rollout is what `rollout::discover` says.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::iter;
use std::path::{Component, Path, PathBuf};

use crate::codex_home::CodexHome;
use crate::error::{Error, Result};
use crate::rollout::discover::Skipped;
use crate::store::entry::{Entry, Slot};
use crate::store::files::Files;
use crate::store::identity::{Identity, Moment};
use crate::store::list::{Listed, list, not_regular};
use crate::store::parallel;
use crate::store::stat::{Seen, StatIn};

/// `YYYY/MM/DD/file`: nothing deeper is a rollout of Codex.
const MAX_DEPTH: usize = 4;

/// How often a home is walked at most for rollouts that went while it was.
const MAX_WALKS: usize = 8;

/// How many files of a directory one thread asks for at a time.
const FILES_AT_A_TIME: usize = 512;

/// The two directories of a home, and those below.
#[derive(Debug, Default)]
pub struct Listing {
    /// Every directory that was ever found; one that is gone holds nothing.
    pub directories: Vec<Directory>,
    pub(super) by_path: HashMap<PathBuf, usize>,
    /// Every file that is there.
    pub files: Files,
    /// How many files have other names, at most.
    pub(super) linked: usize,
    /// Files that could not be asked for, in the last walk.
    failed: Vec<Skipped>,
    /// Rollouts that were listed and were not there any more, in the last walk: moved, or deleted.
    pub gone: Vec<PathBuf>,
}

/// A directory, as it was when it was listed.
#[derive(Debug, Default)]
pub struct Directory {
    /// Where it is.
    pub path: PathBuf,
    pub(super) archived: bool,
    pub(super) depth: usize,
    /// What the system said of it before it was listed; `None` when it has to be listed again.
    pub(super) listed: Option<Identity>,
    pub(super) files: Vec<Slot>,
    pub(super) directories: Vec<usize>,
    /// What in it is passed over.
    pub(super) skipped: Vec<Skipped>,
    /// Why it could not be read.
    pub(super) unreadable: Option<i32>,
}

impl Listing {
    /// Walks the home. `enter` is told of each directory before anything in it is looked at.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn walk(&mut self, home: &CodexHome, mut enter: impl FnMut(usize, &Path)) -> Result<()> {
        let failed = |source| Error::io("read Codex home", home.path(), source);
        if !fs::metadata(home.path()).map_err(failed)?.is_dir() {
            return Err(Error::invalid("read Codex home", home.path(), "not a directory"));
        }
        self.failed.clear();
        let archived = self.directory(home.archived_sessions(), true, 1);
        let active = self.directory(home.sessions(), false, 1);
        for _ in 0..MAX_WALKS {
            self.gone.clear();
            let mut found = self.enter_all(archived, &mut enter);
            found.extend(self.enter_all(active, &mut enter));
            self.ask(&found);
            // One that was put away or taken back meanwhile was looked for where it was too late, or where it is too
            // early.
            let before = self.files.version;
            self.enter_all(archived, &mut enter);
            if self.gone.is_empty() && self.files.version == before {
                return Ok(());
            }
        }
        // Whatever came at last was not asked for.
        let all: Vec<usize> = (0..self.directories.len()).collect();
        self.ask(&all);
        Ok(())
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

    /// Asks the system for the files of some directories.
    fn ask(&mut self, directories: &[usize]) {
        let mut work: Vec<Vec<(usize, &[Slot])>> = Vec::new();
        let mut room = 0;
        for &at in directories {
            let files = self.directories.get(at).map(|one| one.files.as_slice());
            for part in files.unwrap_or_default().chunks(FILES_AT_A_TIME) {
                if room < part.len() {
                    work.push(Vec::new());
                    room = FILES_AT_A_TIME;
                }
                room -= part.len();
                work.last_mut().into_iter().for_each(|last| last.push((at, part)));
            }
        }
        let answers: Vec<Vec<(Slot, io::Result<Seen>)>> = parallel::map(
            &work,
            || (),
            |(), parts| {
                let mut answers = Vec::with_capacity(FILES_AT_A_TIME);
                for &(at, slots) in parts {
                    let path = self.directories.get(at).map(|one| one.path.as_path());
                    let directory = StatIn::new(path.unwrap_or(Path::new("")));
                    let names =
                        slots.iter().filter_map(|&slot| Some((slot, self.files.get(slot)?)));
                    answers.extend(names.map(|(slot, entry)| (slot, directory.stat(&entry.name))));
                }
                answers
            },
        )
        .flatten()
        .collect();
        for (slot, answer) in answers.into_iter().flatten() {
            self.take(slot, answer);
        }
    }

    /// Asks for a file that is known already; gives its slot, if it is there.
    pub fn ask_for_known(&mut self, path: &Path) -> Option<Slot> {
        let at = *self.by_path.get(path.parent()?)?;
        let name = path.file_name()?.to_str()?;
        self.known(at, name)?;
        self.ask_for(at, name);
        self.known(at, name)
    }

    fn known(&self, at: usize, name: &str) -> Option<Slot> {
        let mut files = self.directories.get(at)?.files.iter().copied();
        files.find(|&slot| self.files.get(slot).is_some_and(|entry| &*entry.name == name))
    }

    /// Asks for one name in a directory. A name that was not there before is taken up.
    pub fn ask_for(&mut self, at: usize, name: &str) {
        let Some(directory) = self.directories.get_mut(at) else { return };
        let path = directory.path.join(name);
        directory.skipped.retain(|one| one.path != path);
        self.failed.retain(|one| one.path != path);
        let answer = StatIn::new(&directory.path).stat(name);
        let archived = directory.archived;
        let slot = match self.known(at, name) {
            Some(slot) => slot,
            None if matches!(&answer, Ok(seen) if seen.is_file) => {
                let name = name.into();
                let entry = Entry { directory: at, name, archived, ..Entry::default() };
                let slot = self.files.insert(entry);
                if let Some(directory) = self.directories.get_mut(at) {
                    directory.files.push(slot);
                }
                slot
            }
            None if matches!(&answer, Ok(seen) if !seen.is_file && !seen.is_directory) => {
                self.failed.push(not_regular(path));
                return;
            }
            None => return,
        };
        if let Some(entry) = self.files.get_mut(slot) {
            entry.doubt();
        }
        self.take(slot, answer);
    }

    fn take(&mut self, slot: Slot, answer: io::Result<Seen>) {
        self.files.changes += 1;
        let Some(entry) = self.files.get_mut(slot) else { return };
        match answer {
            Ok(Seen { identity, is_file: true, is_linked, .. }) => {
                self.linked += usize::from(is_linked && !entry.is_linked);
                let is_news = entry.see(identity, is_linked);
                self.files.revision += u64::from(is_news);
                return;
            }
            other => {
                let Some(directory) = self.directories.get_mut(entry.directory) else { return };
                let path = directory.path.join(&*entry.name);
                match other {
                    Ok(_) => self.failed.push(not_regular(path)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => self.gone.push(path),
                    Err(error) => {
                        self.failed.push(Skipped { path, reason: error.to_string() });
                    }
                }
                directory.files.retain(|one| *one != slot);
                // Whatever it is now, the next walk finds it.
                directory.listed = None;
            }
        }
        self.files.remove(slot);
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

    /// Asks for files that have other names, through which they are written without a sign.
    pub fn ask_for_linked(&mut self) {
        if self.linked == 0 {
            return;
        }
        let linked: Vec<(usize, Box<str>)> = self
            .files
            .iter()
            .filter(|(_, entry)| entry.is_linked)
            .map(|(_, entry)| (entry.directory, entry.name.clone()))
            .collect();
        self.linked = linked.len();
        for (directory, name) in linked {
            self.ask_for(directory, &name);
        }
    }
}
