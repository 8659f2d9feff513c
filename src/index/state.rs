//! The knowledge of a home in four rooms: its files, what their heads say, the ledgers of its rollouts, and the cache
//! file.

use std::path::Path;
use std::time::Instant;

use crate::codec::decode;
use crate::error::Result;
use crate::index::cache::home_cache::HomeCache;
use crate::index::catalog::by_head::Lookup;
use crate::index::catalog::entry::{Entry, Slot};
use crate::index::catalog::refresh::Catalog;
use crate::index::reading::cached::{Cached, CachedLedger, LedgerState, PriorLedger};
use crate::index::reading::heads::Texts;
use crate::index::reading::ledger::Checkpoint;
use crate::index::reading::ledgers::Ledgers;
use crate::ledger::fold::Fold;
use crate::rollout::codex_home::CodexHome;

/// The knowledge of a home.
#[derive(Debug, Default)]
pub struct State {
    /// The files.
    pub catalog: Catalog,
    /// The files by what their heads say.
    pub lookup: Lookup,
    /// Texts that many heads have in common.
    pub texts: Texts,
    /// The changes of the files up to which every head is known, see [`crate::index::catalog::slots::Files::changes`].
    heads_known: Option<u64>,
    /// The ledgers that are at work.
    pub ledgers: Ledgers,
    /// The cache file.
    pub(crate) cache: HomeCache,
}

impl State {
    /// Brings the files up to date, unless somebody did since `asked`: no answer is older than its question.
    ///
    /// # Errors
    ///
    /// When the home itself does not exist or is no directory.
    pub fn refresh(
        &mut self,
        home: &CodexHome,
        cache_directory: Option<&Path>,
        asked: Instant,
    ) -> Result<()> {
        if self.catalog.is_as_of(asked) {
            return Ok(());
        }
        self.take_up_cache(home, cache_directory);
        self.catalog.refresh(home)
    }

    /// Takes up what an earlier process knew, the first time that it is asked for.
    pub(crate) fn take_up_cache(&mut self, home: &CodexHome, directory: Option<&Path>) {
        let Some(directory) = directory else { return };
        if let Some(tree) = self.cache.take_up(home.path(), directory, &mut self.texts) {
            self.catalog.tree = tree;
        }
    }

    /// The fold to go on from.
    pub(crate) fn before(&mut self, slot: Slot) -> Option<(Checkpoint, PriorLedger)> {
        let entry = self.catalog.entry(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        let before = match &cached.state {
            LedgerState::Live => PriorLedger::Live(self.ledgers.live.take(&(slot, entry.born))?),
            LedgerState::Encoded(bytes) => PriorLedger::Encoded(bytes.clone()),
            LedgerState::Stored { at, length, checksum } => {
                PriorLedger::Mapped(self.cache.file.as_ref()?.state(*at, *length, *checksum)?)
            }
        };
        Some((cached.checkpoint, before))
    }

    /// The fold of a rollout when nothing follows.
    pub(crate) fn last_fold(&self, slot: Slot) -> Option<Box<Fold>> {
        let entry = self.catalog.entry(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        match (&cached.provisional, &cached.state) {
            (Some(bytes), _) | (None, LedgerState::Encoded(bytes)) => decode(bytes).map(Box::new),
            (None, LedgerState::Live) => self.ledgers.live.peek(&(slot, entry.born)).cloned(),
            (None, LedgerState::Stored { at, length, checksum }) => {
                let state = self.cache.file.as_ref()?.state(*at, *length, *checksum)?;
                decode(state.bytes()).map(Box::new)
            }
        }
    }

    /// One that was folded.
    pub(crate) fn cached(&self, slot: Slot) -> Option<(&Entry, &CachedLedger)> {
        let entry = self.catalog.entry(slot)?;
        let Cached::Folded(cached) = &entry.fold else { return None };
        Some((entry, cached))
    }

    /// Forgets folds that were found to be damaged.
    pub(crate) fn forget(&mut self, lost: &[Slot]) {
        for &slot in lost {
            if let Some(entry) = self.catalog.tree.files.get_mut(slot) {
                entry.fold = Cached::Nothing;
            }
        }
    }

    /// Tells whether there is no head that has to be read.
    pub(crate) fn knows_all_heads(&mut self) -> bool {
        if self.heads_known != Some(self.catalog.tree.files.changes) {
            let is_complete = !self.catalog.rollouts().any(|(_, entry)| entry.needs_head());
            self.heads_known = is_complete.then_some(self.catalog.tree.files.changes);
        }
        self.heads_known.is_some()
    }

    /// Brings the lookup up to date.
    pub(crate) fn update_lookup(&mut self) {
        self.lookup.update(&self.catalog.tree.files);
    }
}
