//! Asks what the system says of the files of a home: of all, or of those of which something was heard.

use std::io;
use std::path::Path;

use crate::fs::parallel;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::list::not_regular;
use crate::index::catalog::stat::{Seen, StatIn};
use crate::index::catalog::tree::Listing;
use crate::rollout::file::Skipped;

/// How many files of a directory one thread asks for at a time.
const FILES_AT_A_TIME: usize = 512;

impl Listing {
    /// Asks the system for the files of some directories.
    pub(crate) fn ask(&mut self, directories: &[usize]) {
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

    pub(crate) fn known(&self, at: usize, name: &str) -> Option<Slot> {
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
