//! Writes down what is known of a home for the next process.

use crate::index::cache::encode::Image;
use crate::index::cache::file::Saved;
use crate::index::cache::place::file_of;
use crate::index::home::HomeStore;

impl HomeStore {
    /// Writes down what is known, if that is worth it. That it cannot be written only makes the next start colder.
    pub(crate) fn save_if_worth_it(&self) {
        let mut state = self.lock();
        if state.unsaved.is_worth_it(state.tree.files.count()) {
            state.unsaved.begin();
            drop(state);
            self.save();
            self.lock().unsaved.end();
        }
    }

    /// Writes down what is known; `false` when it cannot be.
    pub fn save(&self) -> bool {
        let Some(directory) = &self.directory else { return false };
        let home = self.home().path();
        let image = {
            let state = self.lock();
            Image::of(home, &state.tree, &state.live, state.saved.as_ref())
        };
        let Some(Image { index, states, places }) = image else { return false };
        let Ok(saved) = Saved::write(&file_of(home, directory), &index, &states) else {
            return false;
        };
        drop((index, states));
        self.lock().moved_to(saved, places);
        true
    }
}
