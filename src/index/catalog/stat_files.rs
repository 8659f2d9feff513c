//! Takes the stamps of the files of a home: of all, or of those of which an event told.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::fs::parallel;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::stat::{Kind, Stat, StatIn};
use crate::index::catalog::tree::Tree;
use crate::rollout::file::Skipped;
use crate::rollout::name::RolloutName;

/// The number of files of a directory that one thread asks for at a time.
const FILES_AT_A_TIME: usize = 512;

impl Tree {
    /// Asks the system for the files of some directories.
    pub(crate) fn stat_all(&mut self, directories: &[usize]) {
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
        let answers: Vec<Vec<(Slot, io::Result<Stat>)>> = parallel::map(
            &work,
            || (),
            |(), parts| {
                let mut answers = Vec::with_capacity(FILES_AT_A_TIME);
                for &(at, slots) in parts {
                    let Some(directory) = self.directories.get(at) else { continue };
                    let directory = StatIn::new(&directory.path, directory.depth == 1);
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
    pub fn stat_known(&mut self, path: &Path) -> Option<Slot> {
        let at = *self.by_path.get(path.parent()?)?;
        let name = path.file_name()?.to_str()?;
        self.known(at, name)?;
        self.stat_name(at, name);
        self.known(at, name)
    }

    /// The slot of a name in a directory, if it is known.
    pub(crate) fn known(&mut self, at: usize, name: &str) -> Option<Slot> {
        let place = self.place_of(at, name).ok()?;
        self.directories.get(at)?.files.get(place).copied()
    }

    /// The place of a name among the files of a directory, or the one where it belongs.
    fn place_of(&mut self, at: usize, name: &str) -> Result<usize, usize> {
        let Self { directories, files, .. } = self;
        let Some(directory) = directories.get_mut(at) else { return Err(0) };
        let name_of = |slot: &Slot| files.get(*slot).map(|entry| &*entry.name);
        if !directory.is_sorted {
            directory.files.sort_unstable_by(|a, b| name_of(a).cmp(&name_of(b)));
            directory.is_sorted = true;
        }
        directory.files.binary_search_by(|slot| name_of(slot).cmp(&Some(name)))
    }

    /// Asks for one name in a directory. A name that was not there before is taken up.
    pub fn stat_name(&mut self, at: usize, name: &str) {
        let Some(directory) = self.directories.get_mut(at) else { return };
        let (path, archived) = (directory.path.join(name), directory.archived);
        directory.skipped.retain(|one| one.path != path);
        self.failed.retain(|one| one.path != path);
        let answer = StatIn::new(&directory.path, directory.depth == 1).stat(name);
        let is_rollout = RolloutName::parse(name).is_some();
        let kind = answer.as_ref().ok().map(|stat| stat.kind);
        let slot = match (self.place_of(at, name), kind) {
            (Ok(place), _) => {
                self.directories.get(at).and_then(|one| one.files.get(place)).copied()
            }
            (Err(place), Some(Kind::File)) if is_rollout => {
                let name = name.into();
                let entry = Entry { directory: at, name, archived, ..Entry::default() };
                let slot = self.files.insert(entry);
                if let Some(directory) = self.directories.get_mut(at) {
                    directory.files.insert(place, slot);
                }
                Some(slot)
            }
            (Err(_), Some(kind @ (Kind::Link | Kind::Other))) => {
                if is_rollout || kind == Kind::Link {
                    self.failed.push(kind.skipped(path));
                }
                None
            }
            (Err(_), _) => {
                if let Err(error) = &answer
                    && is_rollout
                    && error.kind() != io::ErrorKind::NotFound
                {
                    self.note_shortage(error);
                    self.failed.push(Skipped { path, reason: error.to_string() });
                }
                None
            }
        };
        let Some(slot) = slot else { return };
        if let Some(entry) = self.files.get_mut(slot) {
            entry.mark_stale();
        }
        self.take(slot, answer);
    }

    /// Takes an answer of the system up.
    fn take(&mut self, slot: Slot, answer: io::Result<Stat>) {
        self.files.changes += 1;
        let Some(entry) = self.files.get_mut(slot) else { return };
        let at = entry.directory;
        let name = match answer {
            Ok(Stat { stamp, kind: Kind::File, is_linked }) => {
                self.linked += usize::from(is_linked && !entry.is_linked);
                let has_changed = entry.update_stamp(stamp, is_linked);
                self.files.revision += u64::from(has_changed);
                return;
            }
            Ok(_) | Err(_) => entry.name.clone(),
        };
        if let Ok(place) = self.place_of(at, &name)
            && let Some(directory) = self.directories.get_mut(at)
        {
            directory.files.remove(place);
            // Whatever it is now, the next walk finds it.
            directory.listed = None;
            let path = directory.path.join(&*name);
            match answer {
                Ok(stat) => self.failed.push(stat.kind.skipped(path)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.gone.push(path),
                Err(error) => {
                    self.note_shortage(&error);
                    self.failed.push(Skipped { path, reason: error.to_string() });
                }
            }
        }
        self.files.remove(slot);
    }

    /// Asks for files that have other names, through which they are written without a sign.
    pub fn stat_linked(&mut self) {
        if self.linked == 0 {
            return;
        }
        let linked: Vec<(usize, Arc<str>)> = self
            .files
            .iter()
            .filter(|(_, entry)| entry.is_linked)
            .map(|(_, entry)| (entry.directory, entry.name.clone()))
            .collect();
        self.linked = linked.len();
        for (directory, name) in linked {
            self.stat_name(directory, &name);
        }
    }
}
