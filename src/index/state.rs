//! What is known of a home at a moment: its files, and what was learned from reading them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::fs::file_stamp::Identity;
use crate::fs::watch::{Events, Heard};
use crate::index::cache::file::Saved;
use crate::index::cache::policy::Unsaved;
use crate::index::catalog::by_head::Lookup;
use crate::index::catalog::by_workspace::Workspaces;
use crate::index::catalog::discover::RolloutFile;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::tree::{Listing, Missed};
use crate::index::reading::heads::Texts;
use crate::index::reading::live::Live;
use crate::rollout::codex_home::CodexHome;

/// How long events are believed before the home is walked all the same: a write through a mapping, or by another machine,
/// is not told of.
const BELIEVED: Duration = Duration::from_secs(60);

/// How many files with other names are asked for one by one; a home that has more is walked.
const MAX_LINKED: usize = 64;

/// How often is heard at most what happened while the home was walked.
const MAX_HEARINGS: usize = 4;

/// What is known of a home.
#[derive(Debug, Default)]
pub struct State {
    /// The files.
    pub listing: Listing,
    /// They by what their heads say.
    pub lookup: Lookup,
    /// The directories in which threads began.
    pub workspaces: Workspaces,
    /// The folds that are being appended to.
    pub live: Live,
    /// Texts that many heads have in common.
    pub texts: Texts,
    /// Files that somebody is reading right now.
    pub busy: HashSet<Slot>,
    /// How many wait for what somebody else is reading.
    pub(crate) waiting: usize,
    /// The file in which an earlier process, or this one, has written down what it knew.
    pub(crate) saved: Option<Saved>,
    pub(crate) unsaved: Unsaved,
    /// When every head was last known, see [`crate::index::catalog::slots::Files::changes`].
    pub(crate) heads_known: Option<u64>,
    /// Whether anybody has asked before.
    pub(crate) was_asked: bool,
    pub(crate) was_recalled: bool,
    events: Option<Events>,
    /// The home and its two directories, when they were walked.
    tops: Vec<Option<(u64, u64)>>,
    walked: Option<Instant>,
    looked: Option<Instant>,
    looks: u64,
    #[cfg(test)]
    looks_taken: u64,
    /// The files whose forms were told apart, see [`crate::index::catalog::slots::Files::version`].
    sorted: Option<u64>,
    has_forms: bool,
}

impl State {
    /// Looks at the home, unless somebody did since `asked`: what a caller gets is never older than its question.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn look(
        &mut self,
        home: &CodexHome,
        remembered_in: Option<&Path>,
        asked: Instant,
    ) -> Result<()> {
        if self.looked.is_some_and(|began| began >= asked) {
            return Ok(());
        }
        let began = Instant::now();
        #[cfg(test)]
        {
            self.looks_taken += 1;
        }
        self.recall_once(home, remembered_in);
        self.was_asked = true;
        if self.hear(home).is_none() {
            self.walk(home, began)?;
            self.hear_of_the_walk(home, began)?;
        }
        self.sort_forms();
        self.looked = Some(began);
        Ok(())
    }

    /// How often somebody looked.
    #[cfg(test)]
    pub(crate) fn looks_taken(&self) -> u64 {
        self.looks_taken
    }

    /// Takes what the kernel says has changed, and says how many files that were; `None` when it is not enough.
    fn hear(&mut self, home: &CodexHome) -> Option<usize> {
        let believed = self.walked.is_some_and(|walked| walked.elapsed() < BELIEVED);
        let few_links = self.listing.linked <= MAX_LINKED;
        let is_same = || self.tops == tops(home);
        if !(believed && few_links && is_same()) {
            return None;
        }
        let Heard::Names(names) = self.events.as_mut()?.hear() else { return None };
        self.listing.ask_for_linked();
        for (directory, name) in &names {
            self.listing.ask_for(*directory, name);
        }
        self.listing.chase(&names);
        // Where did it go?
        self.listing.gone.is_empty().then_some(names.len())
    }

    /// Takes what has changed during a walk: a rollout that was moved from a directory that was not listed yet to one
    /// that was, and back, was in neither.
    fn hear_of_the_walk(&mut self, home: &CodexHome, began: Instant) -> Result<()> {
        for _ in 0..MAX_HEARINGS {
            match self.hear(home) {
                Some(0) => break,
                Some(_) => {}
                // Something went once more. Where there is another reason, the next look walks.
                None if !self.listing.gone.is_empty() => self.walk(home, began)?,
                None => break,
            }
        }
        Ok(())
    }

    fn walk(&mut self, home: &CodexHome, began: Instant) -> Result<()> {
        self.looks += 1;
        self.listing.files.changes += 1;
        // A process that looks only once has no use for events, but to know what has happened while it looked.
        let is_first = self.looks == 1;
        if self.walk_hearing(home, !is_first)? == Missed::Something && is_first {
            self.walk_hearing(home, true)?;
        }
        for (_, entry) in self.listing.files.iter_mut() {
            entry.doubt();
        }
        self.walked = Some(began);
        Ok(())
    }

    fn walk_hearing(&mut self, home: &CodexHome, with_events: bool) -> Result<Missed> {
        self.events = if with_events { Events::new() } else { None };
        let events = &mut self.events;
        self.tops = tops(home);
        let missed = self.listing.walk(home, |at, path| {
            if let Some(events) = events {
                events.listen(at, path);
            }
        })?;
        if self.events.as_ref().is_some_and(Events::is_lost) {
            self.events = None;
        }
        Ok(missed)
    }

    /// Keeps one form of each rollout: an active one before an archived one, a plain one before a compressed one, and of
    /// two alike the one that was written last.
    fn sort_forms(&mut self) {
        let files = &mut self.listing.files;
        if self.sorted == Some(files.version) && !self.has_forms {
            return;
        }
        let rank = |entry: &Entry| {
            (entry.archived, entry.is_compressed(), std::cmp::Reverse(entry.seen.modified.ms()))
        };
        let mut best: HashMap<&str, (Slot, &Entry)> = HashMap::with_capacity(files.count());
        let mut shadowed: HashSet<Slot> = HashSet::new();
        for (slot, entry) in files.iter() {
            let form = best.entry(entry.stem()).or_insert((slot, entry));
            if form.0 == slot {
                continue;
            }
            if rank(entry) < rank(form.1) {
                shadowed.insert(form.0);
                *form = (slot, entry);
            } else {
                shadowed.insert(slot);
            }
        }
        drop(best);
        self.has_forms = !shadowed.is_empty();
        let mut changed = false;
        for (slot, entry) in files.iter_mut() {
            let is_shadowed = shadowed.contains(&slot);
            changed |= entry.is_shadowed != is_shadowed;
            entry.is_shadowed = is_shadowed;
        }
        files.version += u64::from(changed);
        self.sorted = Some(files.version);
    }

    /// The rollout of a slot, as the walk describes it.
    #[must_use]
    pub fn file(&self, slot: Slot) -> Option<RolloutFile> {
        let entry = self.listing.files.get(slot)?;
        Some(entry.file(self.listing.path_of(entry)))
    }

    /// The rollouts that count.
    pub fn rollouts(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.listing.files.iter().filter(|(_, entry)| !entry.is_shadowed)
    }
}

/// Which directories the home and its two are.
fn tops(home: &CodexHome) -> Vec<Option<(u64, u64)>> {
    [home.path().to_owned(), home.sessions(), home.archived_sessions()]
        .iter()
        .map(|path| {
            let identity = Identity::of(&fs::metadata(path).ok()?);
            Some((identity.device, identity.inode))
        })
        .collect()
}
