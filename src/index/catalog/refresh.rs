//! The files of a home, brought up to date: by what the kernel tells, or by a walk.

use std::fs;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::fs::file_stamp::FileStamp;
use crate::fs::watch::{Drained, Watcher};
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::forms::Forms;
use crate::index::catalog::sparing::Sparing;
use crate::index::catalog::tree::{Missed, Tree};
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::RolloutFile;

/// The time that events are believed before the home is walked all the same: nobody tells of a write through a mapping
/// or by another machine.
const BELIEVED: Duration = Duration::from_secs(60);

/// The number of files with other names that are asked for one by one; a home that has more is walked.
const MAX_LINKED: usize = 64;

/// The most times that the events of a walk are drained.
const MAX_DRAINS: usize = 4;

/// The files of a home and what tells whether they are those that are there now.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The files.
    pub tree: Tree,
    watcher: Option<Watcher>,
    /// The time when the system did not let all directories be watched, not even without those that can be left out. To
    /// try costs more than a walk that is not spared.
    unwatchable: Option<Instant>,
    /// True if the system has not let all of them be watched.
    is_sparing: bool,
    /// The home and its two directories, when they were walked.
    tops: Vec<Option<(u64, u64)>>,
    walked: Option<Instant>,
    walks: u64,
    refreshed: Option<Instant>,
    #[cfg(test)]
    refreshes: u64,
    forms: Forms,
}

impl Catalog {
    /// Tells whether the files were brought up to date at `asked` or later.
    #[must_use]
    pub fn is_as_of(&self, asked: Instant) -> bool {
        self.refreshed.is_some_and(|began| began >= asked)
    }

    /// Brings the files up to date.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn refresh(&mut self, home: &CodexHome) -> Result<()> {
        let began = Instant::now();
        #[cfg(test)]
        {
            self.refreshes += 1;
        }
        if self.drain(home).is_none() {
            self.walk(home, began)?;
            self.drain_after_walk(home, began)?;
        }
        if self.tree.shortage.is_some() {
            self.watcher = None;
        }
        self.forms.choose(&mut self.tree.files);
        self.refreshed = Some(began);
        Ok(())
    }

    /// The number of refreshes.
    #[cfg(test)]
    pub(crate) fn refreshes(&self) -> u64 {
        self.refreshes
    }

    /// Takes what the kernel says has changed, and says how many files that were; `None` when it is not enough.
    fn drain(&mut self, home: &CodexHome) -> Option<usize> {
        let believed = self.walked.is_some_and(|walked| walked.elapsed() < BELIEVED);
        let few_links = self.tree.linked <= MAX_LINKED;
        let is_same = || self.tops == tops(home);
        if !(believed && few_links && is_same()) {
            return None;
        }
        let Drained::Names(names) = self.watcher.as_mut()?.drain() else { return None };
        self.tree.stat_linked();
        for (directory, name) in &names {
            self.tree.stat_name(*directory, name);
        }
        self.tree.follow_moves(&names);
        // Where did it go?
        self.tree.gone.is_empty().then_some(names.len())
    }

    /// Takes what has changed during a walk: a rollout that was moved from a directory that was not listed yet to one
    /// that was, and back, was in neither.
    fn drain_after_walk(&mut self, home: &CodexHome, began: Instant) -> Result<()> {
        for _ in 0..MAX_DRAINS {
            match self.drain(home) {
                Some(0) => break,
                Some(_) => {}
                // Something went once more. Where there is another reason, the next refresh walks.
                None if !self.tree.gone.is_empty() => self.walk(home, began)?,
                None => break,
            }
        }
        Ok(())
    }

    fn walk(&mut self, home: &CodexHome, began: Instant) -> Result<()> {
        self.walks += 1;
        self.tree.files.changes += 1;
        // A process that refreshes only once has no use for events, but to know what has happened while it did.
        let is_first = self.walks == 1;
        if self.walk_watching(home, !is_first)? == Missed::Something && is_first {
            self.walk_watching(home, true)?;
        }
        for (_, entry) in self.tree.files.iter_mut() {
            entry.mark_stale();
        }
        self.walked = Some(began);
        Ok(())
    }

    fn walk_watching(&mut self, home: &CodexHome, with_watcher: bool) -> Result<Missed> {
        let is_watchable = self.unwatchable.is_none_or(|since| since.elapsed() >= BELIEVED);
        self.watcher = if with_watcher && is_watchable { Watcher::new() } else { None };
        let watcher = &mut self.watcher;
        let sparing = if self.is_sparing { Sparing::of(&self.tree) } else { Sparing::default() };
        self.tops = tops(home);
        let missed = self.tree.walk(home, |at, path| {
            if let Some(watcher) = watcher
                && !sparing.leaves_out(at)
            {
                watcher.watch(at, path);
            }
        })?;
        if self.watcher.as_ref().is_some_and(Watcher::is_lost) {
            self.watcher = None;
            self.unwatchable = self.is_sparing.then(Instant::now);
            self.is_sparing = true;
        } else if sparing.has_missed(&self.tree) {
            // It is watched from the next walk on, which is the next refresh.
            self.watcher = None;
        }
        Ok(missed)
    }

    /// The entry of a slot.
    #[must_use]
    pub fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.tree.files.get(slot)
    }

    /// The rollout of a slot, as the walk describes it.
    #[must_use]
    pub fn file(&self, slot: Slot) -> Option<RolloutFile> {
        let entry = self.entry(slot)?;
        Some(entry.file(self.tree.path_of(entry)))
    }

    /// The rollouts that count.
    pub fn rollouts(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.tree.files.iter().filter(|(_, entry)| !entry.is_shadowed)
    }
}

/// Device and inode of the home and its two directories.
fn tops(home: &CodexHome) -> Vec<Option<(u64, u64)>> {
    [home.path().to_owned(), home.sessions(), home.archived_sessions()]
        .iter()
        .map(|path| {
            let stamp = FileStamp::of(&fs::metadata(path).ok()?);
            Some((stamp.device, stamp.inode))
        })
        .collect()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write;

    use super::*;

    const NAME: &str = "rollout-2026-05-20T08-00-00-019e4464-e720-70ca-80b3-5afce7a15c61.jsonl";

    /// Refreshes, and says what is known: the sizes of the rollouts, and whether that took a walk.
    fn refreshed(catalog: &mut Catalog, home: &CodexHome) -> (Vec<u64>, bool) {
        let walks = catalog.walks;
        catalog.refresh(home).unwrap();
        let sizes = catalog.rollouts().map(|(slot, _)| catalog.file(slot).unwrap().size);
        (sizes.collect(), catalog.walks > walks)
    }

    /// A catalog that has seen the home as it is now, and believes events.
    fn watching(home: &CodexHome) -> Catalog {
        let mut catalog = Catalog { is_sparing: true, ..Catalog::default() };
        // The first walk watches nothing, the second leaves out what the first has found empty.
        let is_calm = (0..4).any(|_| !refreshed(&mut catalog, home).1);
        assert!(is_calm);
        catalog
    }

    /// As a minute later.
    fn after_a_minute(catalog: &mut Catalog) {
        catalog.walked = Instant::now().checked_sub(BELIEVED);
    }

    #[test]
    fn a_rollout_in_a_day_that_is_not_watched_is_found_by_the_next_walk_and_watched_from_then_on() {
        let dir = tempfile::tempdir().unwrap();
        let home = CodexHome::new(dir.path());
        let day = home.sessions().join("2020/01/02");
        fs::create_dir_all(&day).unwrap();
        let mut catalog = watching(&home);
        fs::write(day.join(NAME), "1\n").unwrap();
        assert_eq!(refreshed(&mut catalog, &home), (vec![], false));
        after_a_minute(&mut catalog);
        assert_eq!(refreshed(&mut catalog, &home), (vec![2], true));
        // It is watched now, and one that comes to its directory is too.
        assert_eq!(refreshed(&mut catalog, &home), (vec![2], true));
        fs::OpenOptions::new()
            .append(true)
            .open(day.join(NAME))
            .unwrap()
            .write_all(b"2\n")
            .unwrap();
        assert_eq!(refreshed(&mut catalog, &home), (vec![4], false));
    }

    #[test]
    fn a_day_around_today_and_a_new_directory_are_watched_in_any_case() {
        let dir = tempfile::tempdir().unwrap();
        let home = CodexHome::new(dir.path());
        let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        let day = home.sessions().join(today.format("%Y/%m/%d").to_string());
        fs::create_dir_all(&day).unwrap();
        let mut catalog = watching(&home);
        fs::write(day.join(NAME), "1\n").unwrap();
        assert_eq!(refreshed(&mut catalog, &home), (vec![2], false));
        let new = home.sessions().join("2020/01/02");
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join(NAME.replace("5afc", "5afd")), "1\n").unwrap();
        assert_eq!(refreshed(&mut catalog, &home).0, vec![2, 2]);
    }

    #[test]
    fn a_rollout_that_leaves_the_archive_for_a_day_that_is_not_watched_is_there_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let home = CodexHome::new(dir.path());
        let day = home.sessions().join("2020/01/02");
        fs::create_dir_all(&day).unwrap();
        fs::create_dir_all(home.archived_sessions()).unwrap();
        fs::write(home.archived_sessions().join(NAME), "1\n").unwrap();
        let mut catalog = watching(&home);
        fs::rename(home.archived_sessions().join(NAME), day.join(NAME)).unwrap();
        assert_eq!(refreshed(&mut catalog, &home), (vec![2], true));
    }
}
