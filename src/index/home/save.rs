//! Writes down what is known of a home for the next process.

use crate::index::cache::encode::Contents;
use crate::index::cache::file::{CacheFile, path_of};
use crate::index::home::HomeStore;
use crate::index::state::State;

impl HomeStore {
    /// Writes down what is known, if that is worth it. That it cannot be written only makes the next start colder.
    pub(crate) fn save_if_worth_it(&self) {
        let mut state = self.lock();
        if state.cache.policy.is_worth_it(state.catalog.tree.files.count()) {
            state.cache.policy.begin();
            drop(state);
            self.save();
            self.lock().cache.policy.end();
        }
    }

    /// Writes down what is known; `false` when it cannot be.
    pub fn save(&self) -> bool {
        let Some(directory) = &self.directory else { return false };
        let home = self.home().path();
        let contents = {
            let state = self.lock();
            Contents::of(home, &state.catalog.tree, &state.ledgers.live, state.cache.file.as_ref())
        };
        let Some(Contents { index, states, places }) = contents else { return false };
        let Ok(cache_file) = CacheFile::write(&path_of(home, directory), &index, &states) else {
            return false;
        };
        drop((index, states));
        let mut state = self.lock();
        let State { catalog, cache, .. } = &mut *state;
        cache.move_to(cache_file, places, &mut catalog.tree.files);
        true
    }
}
