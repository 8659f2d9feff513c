//! The cache file of a home, as this process uses it.

use std::path::Path;

use crate::index::cache::decode::decode_tree;
use crate::index::cache::file::{CacheFile, path_of};
use crate::index::cache::policy::SavePolicy;
use crate::index::catalog::entry::Slot;
use crate::index::catalog::slots::Files;
use crate::index::catalog::tree::Tree;
use crate::index::reading::cached::{Cached, LedgerState};
use crate::index::reading::heads::Texts;
use crate::index::reading::ledger::Checkpoint;

/// The cache file that an earlier process, or this one, has written.
#[derive(Debug, Default)]
pub(crate) struct HomeCache {
    /// The file that is in use.
    pub file: Option<CacheFile>,
    /// The work that a next process would have to do again.
    pub policy: SavePolicy,
    was_read: bool,
}

impl HomeCache {
    /// The files that an earlier process knew; `None` when they were taken up before, or when there are none.
    pub(crate) fn take_up(
        &mut self,
        home: &Path,
        directory: &Path,
        texts: &mut Texts,
    ) -> Option<Tree> {
        if std::mem::replace(&mut self.was_read, true) {
            return None;
        }
        let (file, index) = CacheFile::open(&path_of(home, directory))?;
        let tree = decode_tree(&index, home, texts)?;
        self.file = Some(file);
        Some(tree)
    }

    /// Goes on with a new file, which holds the states at these places.
    pub(crate) fn move_to(
        &mut self,
        file: CacheFile,
        mut places: Vec<(Slot, Checkpoint, LedgerState)>,
        files: &mut Files,
    ) {
        places.sort_unstable_by_key(|(slot, ..)| *slot);
        let mut places = places.into_iter().peekable();
        for (slot, entry) in files.iter_mut() {
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
        self.file = Some(file);
    }
}
