//! The state of a home's memory: its files, and what was learned from reading them.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::codec::decode;
use crate::error::Result;
use crate::fs::file_stamp::FileStamp;
use crate::fs::watch::{Drained, Watcher};
use crate::index::cache::decode::decode_tree;
use crate::index::cache::file::{CacheFile, path_of};
use crate::index::cache::policy::SavePolicy;
use crate::index::catalog::by_head::Lookup;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::tree::{Missed, Tree};
use crate::index::lru::Lru;
use crate::index::reading::cached::{Cached, CachedLedger, LedgerState, PriorLedger};
use crate::index::reading::heads::Texts;
use crate::index::reading::ledger::Checkpoint;
use crate::ledger::fold::Fold;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::RolloutFile;

/// The time that events are believed before the home is walked all the same: a write through a mapping, or by another machine,
/// is not told of.
const BELIEVED: Duration = Duration::from_secs(60);

/// The number of files with other names that are asked for one by one; a home that has more is walked.
const MAX_LINKED: usize = 64;

/// The most times that the events of a walk are drained.
const MAX_DRAINS: usize = 4;

/// The number of folds that are kept ready: more sessions than an orchestrator runs at once. A fold of a rollout with ten thousand
/// responses takes a megabyte, encoded a tenth of it.
const MAX_LIVE: usize = 64;

/// The folds that are being appended to, ready to go on; all others are kept encoded. By the slot and the birth of their
/// entries.
pub type LiveFolds = Lru<(Slot, u64), Box<Fold>>;

/// The state of a home's memory.
#[derive(Debug)]
pub struct State {
    /// The files.
    pub tree: Tree,
    /// They by what their heads say.
    pub lookup: Lookup,
    /// The folds that are being appended to.
    pub live: LiveFolds,
    /// Texts that many heads have in common.
    pub texts: Texts,
    /// Files that somebody is reading right now.
    pub busy: HashSet<Slot>,
    /// The number of callers that wait for what somebody else is reading.
    pub(crate) waiting: usize,
    /// The file in which an earlier process, or this one, has written down what it knew.
    pub(crate) cache_file: Option<CacheFile>,
    pub(crate) save_policy: SavePolicy,
    /// The time when every head was last known, see [`crate::index::catalog::slots::Files::changes`].
    pub(crate) heads_known: Option<u64>,
    pub(crate) was_cache_read: bool,
    watcher: Option<Watcher>,
    /// The home and its two directories, when they were walked.
    tops: Vec<Option<(u64, u64)>>,
    walked: Option<Instant>,
    refreshed: Option<Instant>,
    refreshes: u64,
    #[cfg(test)]
    refreshes_done: u64,
    /// The files whose forms were told apart, see [`crate::index::catalog::slots::Files::version`].
    sorted: Option<u64>,
    has_forms: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tree: Tree::default(),
            lookup: Lookup::default(),
            live: Lru::new(MAX_LIVE),
            texts: Texts::default(),
            busy: HashSet::new(),
            waiting: 0,
            cache_file: None,
            save_policy: SavePolicy::default(),
            heads_known: None,
            was_cache_read: false,
            watcher: None,
            tops: Vec::new(),
            walked: None,
            refreshed: None,
            refreshes: 0,
            #[cfg(test)]
            refreshes_done: 0,
            sorted: None,
            has_forms: false,
        }
    }
}

impl State {
    /// Looks at the home, unless somebody did since `asked`: what a caller gets is never older than its question.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn refresh(
        &mut self,
        home: &CodexHome,
        remembered_in: Option<&Path>,
        asked: Instant,
    ) -> Result<()> {
        if self.refreshed.is_some_and(|began| began >= asked) {
            return Ok(());
        }
        let began = Instant::now();
        #[cfg(test)]
        {
            self.refreshes_done += 1;
        }
        self.read_cache_once(home, remembered_in);
        if self.drain(home).is_none() {
            self.walk(home, began)?;
            self.drain_after_walk(home, began)?;
        }
        self.sort_forms();
        self.refreshed = Some(began);
        Ok(())
    }

    /// The number of refreshes.
    #[cfg(test)]
    pub(crate) fn refreshes_done(&self) -> u64 {
        self.refreshes_done
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
        self.refreshes += 1;
        self.tree.files.changes += 1;
        // A process that refreshes only once has no use for events, but to know what has happened while it did.
        let is_first = self.refreshes == 1;
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
        self.watcher = if with_watcher { Watcher::new() } else { None };
        let watcher = &mut self.watcher;
        self.tops = tops(home);
        let missed = self.tree.walk(home, |at, path| {
            if let Some(watcher) = watcher {
                watcher.watch(at, path);
            }
        })?;
        if self.watcher.as_ref().is_some_and(Watcher::is_lost) {
            self.watcher = None;
        }
        Ok(missed)
    }

    /// Keeps one form of each rollout: an active one before an archived one, a plain one before a compressed one, and of
    /// two alike the one that was written last.
    fn sort_forms(&mut self) {
        let files = &mut self.tree.files;
        if self.sorted == Some(files.version) && !self.has_forms {
            return;
        }
        let rank = |entry: &Entry| {
            (entry.archived, entry.is_compressed(), std::cmp::Reverse(entry.stamp.modified.ms()))
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
        let entry = self.tree.files.get(slot)?;
        Some(entry.file(self.tree.path_of(entry)))
    }

    /// The rollouts that count.
    pub fn rollouts(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.tree.files.iter().filter(|(_, entry)| !entry.is_shadowed)
    }

    /// Takes up what an earlier process knew.
    pub(crate) fn read_cache_once(&mut self, home: &CodexHome, directory: Option<&Path>) {
        let home = home.path();
        let Some(directory) = directory.filter(|_| !self.was_cache_read) else { return };
        self.was_cache_read = true;
        let Some((cache_file, index)) = CacheFile::open(&path_of(home, directory)) else { return };
        if let Some(tree) = decode_tree(&index, home, &mut self.texts) {
            self.tree = tree;
            self.cache_file = Some(cache_file);
        }
    }

    /// From now on the states are in a new file.
    pub(crate) fn states_moved_to(
        &mut self,
        cache_file: CacheFile,
        mut places: Vec<(Slot, Checkpoint, LedgerState)>,
    ) {
        places.sort_unstable_by_key(|(slot, ..)| *slot);
        let mut places = places.into_iter().peekable();
        for (slot, entry) in self.tree.files.iter_mut() {
            while places.next_if(|(before, ..)| *before < slot).is_some() {}
            let place = places.next_if(|(same, ..)| *same == slot);
            let Cached::Folded(cached) = &mut entry.fold else { continue };
            match (&cached.state, place) {
                (LedgerState::Live, _) => {}
                (_, Some((_, checkpoint, place))) if checkpoint == cached.checkpoint => {
                    cached.state = place;
                }
                // It was read anew meanwhile.
                (LedgerState::Encoded(_), _) => {}
                // It is in the file that was, and had no room in this one.
                (LedgerState::Stored { .. }, _) => entry.fold = Cached::Nothing,
            }
        }
        self.cache_file = Some(cache_file);
    }

    /// The fold to go on from.
    pub(crate) fn before(&mut self, slot: Slot) -> Option<(Checkpoint, PriorLedger)> {
        let entry = self.tree.files.get(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        let before = match &cached.state {
            LedgerState::Live => PriorLedger::Live(self.live.take(&(slot, entry.born))?),
            LedgerState::Encoded(bytes) => PriorLedger::Encoded(bytes.clone()),
            LedgerState::Stored { at, length, checksum } => {
                PriorLedger::Mapped(self.cache_file.as_ref()?.state(*at, *length, *checksum)?)
            }
        };
        Some((cached.checkpoint, before))
    }

    /// The fold of a rollout when nothing follows.
    pub(crate) fn last_fold(&self, slot: Slot) -> Option<Box<Fold>> {
        let entry = self.tree.files.get(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        match (&cached.provisional, &cached.state) {
            (Some(bytes), _) | (None, LedgerState::Encoded(bytes)) => decode(bytes).map(Box::new),
            (None, LedgerState::Live) => self.live.peek(&(slot, entry.born)).cloned(),
            (None, LedgerState::Stored { at, length, checksum }) => {
                let state = self.cache_file.as_ref()?.state(*at, *length, *checksum)?;
                decode(state.bytes()).map(Box::new)
            }
        }
    }

    /// One that was folded.
    pub(crate) fn cached(&self, slot: Slot) -> Option<(&Entry, &CachedLedger)> {
        let entry = self.tree.files.get(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        Some((entry, cached))
    }

    /// Forgets folds that were found to be damaged.
    pub(crate) fn forget(&mut self, lost: &[Slot]) {
        for &slot in lost {
            if let Some(entry) = self.tree.files.get_mut(slot) {
                entry.fold = Cached::Nothing;
            }
        }
    }

    /// Tells whether there is no head that has to be read.
    pub(crate) fn knows_all_heads(&mut self) -> bool {
        if self.heads_known != Some(self.tree.files.changes) {
            let is_complete = !self.rollouts().any(|(_, entry)| entry.needs_head());
            self.heads_known = is_complete.then_some(self.tree.files.changes);
        }
        self.heads_known.is_some()
    }

    /// Brings the lookup up to date.
    pub(crate) fn update_lookup(&mut self) {
        self.lookup.update(&self.tree.files);
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
